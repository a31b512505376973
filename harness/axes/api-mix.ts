import type { Random } from "../load/random.ts";
import type { HttpRequest } from "../transport/http-exchange.ts";

/** What the requests ask about. */
export interface ApiObjects {
  /** Token of the user who made the Units. */
  readonly token: string;
  readonly units: readonly {
    readonly uuid: string;
    readonly name: string;
    readonly token: string;
    readonly outputTopic: string;
  }[];
}

/** An endless supply of requests. */
export interface ApiMix {
  next(random: Random): HttpRequest;
}

interface Kind {
  readonly id: string;
  /** Share of the requests; the shares add up to 1. */
  readonly share: number;
  build(objects: ApiObjects, random: Random): HttpRequest;
}

const API = "/pepeunit/api/v1";

/**
 * Mix of the first profile: list, list with nodes, schema, env and access hook, over many distinct
 * Units so that no cache answers. DataPipe reads and GraphQL join it with their axes.
 */
export const REST_MIX: readonly Kind[] = [
  {
    id: "unit-list",
    share: 0.35,
    build: ({ token }, random) =>
      get(`${API}/units?limit=10&offset=${Math.floor(random() * 20)}`, token, hasList("units")),
  },
  {
    id: "unit-with-nodes",
    share: 0.25,
    build: ({ token, units }, random) => {
      const unit = pick(units, random);
      const query = `is_include_output_unit_nodes=true&uuids=${unit.uuid}`;
      return get(`${API}/units?${query}`, token, hasText(unit.uuid));
    },
  },
  {
    id: "schema",
    share: 0.2,
    build: ({ token, units }, random) => {
      const unit = pick(units, random);
      const path = `${API}/units/get_current_schema/${unit.uuid}`;
      return get(path, token, hasText("input_base_topic"));
    },
  },
  {
    id: "env",
    share: 0.1,
    build: ({ token, units }, random) => {
      const unit = pick(units, random);
      return get(`${API}/units/env/${unit.uuid}`, token, hasText("PU_AUTH_TOKEN"));
    },
  },
  {
    id: "unit-auth",
    share: 0.1,
    build: ({ units }, random) => {
      const unit = pick(units, random);
      return {
        method: "POST",
        path: `${API}/units/auth`,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token: unit.token, topic: unit.outputTopic }),
        check: hasText('"allow"'),
      };
    },
  },
];

export function restMix(objects: ApiObjects): ApiMix {
  return {
    next: (random) => {
      let rest = random();
      for (const kind of REST_MIX) {
        rest -= kind.share;
        if (rest < 0) return kind.build(objects, random);
      }
      return (REST_MIX[0] as Kind).build(objects, random);
    },
  };
}

function get(path: string, token: string, check: HttpRequest["check"]): HttpRequest {
  return { method: "GET", path, headers: { "x-auth-token": token }, check };
}

const statusClass = (status: number): string | undefined =>
  status >= 200 && status < 300 ? undefined : `http-${status}`;

const hasText =
  (text: string): HttpRequest["check"] =>
  (status, body) =>
    statusClass(status) ?? (body.includes(text) ? undefined : "wrong-body");

const hasList =
  (key: string): HttpRequest["check"] =>
  (status, body) =>
    statusClass(status) ??
    (body.includes('"count"') && body.includes(`"${key}"`) ? undefined : "wrong-body");

function pick<T>(items: readonly T[], random: Random): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}
