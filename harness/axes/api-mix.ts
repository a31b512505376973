import type { Random } from "../load/random.ts";
import { classOfStatus } from "../transport/http/failure.ts";
import type { HttpRequest } from "../transport/http/request.ts";
import { apiHeaders, type ApiKind, type ApiObjects } from "./api-kind.ts";
import { GRAPHQL_MIX } from "./graphql-mix.ts";
import { pick } from "./pick.ts";

/** An endless supply of requests. */
export interface ApiMix {
  next(random: Random): HttpRequest;
}

const API = "/pepeunit/api/v1";

/**
 * Mix of the first profile: list, list with nodes, schema, env and access hook, over many distinct
 * Units so that no cache answers. DataPipe reads join it with their axis.
 */
export const REST_MIX: readonly ApiKind[] = [
  {
    id: "unit-list",
    share: 0.35,
    build: (_objects, random, { user }) =>
      get(`${API}/units?limit=10&offset=${Math.floor(random() * 20)}`, user, hasUnits),
  },
  {
    id: "unit-with-nodes",
    share: 0.25,
    build: ({ units }, random, { user }) => {
      const unit = pick(units, random);
      const query = `is_include_output_unit_nodes=true&uuids=${unit.uuid}`;
      return get(`${API}/units?${query}`, user, hasText(unit.uuid));
    },
  },
  {
    id: "schema",
    share: 0.2,
    build: ({ units }, random, { user }) => {
      const unit = pick(units, random);
      return get(`${API}/units/get_current_schema/${unit.uuid}`, user, hasTopics);
    },
  },
  {
    id: "env",
    share: 0.1,
    build: ({ units }, random, { user }) =>
      get(`${API}/units/env/${pick(units, random).uuid}`, user, hasToken),
  },
  {
    id: "unit-auth",
    share: 0.1,
    build: ({ units }, random, { json }) => {
      const unit = pick(units, random);
      return {
        method: "POST",
        path: `${API}/units/auth`,
        headers: json,
        body: JSON.stringify({ token: unit.token, topic: unit.outputTopic }),
        check: allows,
      };
    },
  },
];

/** @param graphqlRatio share of the requests that speak GraphQL, 0…1; the others are REST. */
export function apiMix(objects: ApiObjects, graphqlRatio = 0): ApiMix {
  const headers = apiHeaders(objects.token);
  const kinds = [
    ...scaled(GRAPHQL_MIX, graphqlRatio),
    ...scaled(REST_MIX, 1 - graphqlRatio),
  ].filter(({ share }) => share > 0);
  return {
    next: (random) => drawn(kinds, random()).build(objects, random, headers),
  };
}

const scaled = (kinds: readonly ApiKind[], ratio: number): ApiKind[] =>
  kinds.map((kind) => ({ ...kind, share: kind.share * ratio }));

function drawn(kinds: readonly ApiKind[], draw: number): ApiKind {
  let rest = draw;
  for (const kind of kinds) {
    rest -= kind.share;
    if (rest < 0) return kind;
  }
  // Shares of a third and the like add up to a little less than 1.
  return pick(kinds, () => 0);
}

const get = (
  path: string,
  headers: HttpRequest["headers"],
  check: HttpRequest["check"],
): HttpRequest => ({ method: "GET", path, headers, check });

const hasText =
  (...texts: readonly string[]): HttpRequest["check"] =>
  (status, body) =>
    classOfStatus(status, body) ??
    (texts.every((text) => body.includes(text)) ? undefined : "wrong-body");

const hasUnits = hasText('"count"', '"units"');
const hasTopics = hasText("input_base_topic");
const hasToken = hasText("PU_AUTH_TOKEN");
const allows = hasText('"allow"');
