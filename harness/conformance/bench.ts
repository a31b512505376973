import { request, type Agent } from "undici";
import { LoadstoneError } from "../errors.ts";
import { type Clock, pause } from "../load/clock.ts";
import type { Root } from "../platform/answers.ts";
import type { EmqxClient } from "../platform/emqx.ts";
import type { Broker, FleetUnit } from "../platform/fleet-units.ts";
import type { Manifest } from "../platform/manifest.ts";
import type { PlatformClient } from "../platform/rest.ts";
import { parseJson } from "../platform/refusal.ts";
import type { PlatformSession } from "../platform/session.ts";
import { BenchClient } from "./bench-client.ts";
import { Difference } from "./same.ts";

/** What a raw request got: the body is parsed where it is JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly type: string;
  readonly location: string | undefined;
}

export interface CallOptions {
  /** Sent as JSON; a form as it is, a text as text. */
  readonly body?: unknown;
  /** Instead of the user's; null sends none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** A request limit is not waited for. */
  readonly once?: boolean;
}

export interface BenchParts {
  readonly origin: string;
  readonly agent: Agent;
  readonly root: Root;
  readonly client: PlatformClient;
  readonly user: PlatformSession;
  readonly login: { readonly name: string; readonly password: string };
  readonly units: readonly FleetUnit[];
  readonly manifest: Manifest;
  readonly prefix: string;
  readonly broker: Broker;
  readonly emqx: EmqxClient | undefined;
  readonly untagged: string | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const API = "/pepeunit/api/v1";
const ANSWER_WITHIN_MS = 30_000;
const TURNED_AWAY_LIMIT = 20;
const LOOK_EVERY_MS = 200;
/** A flush of the DataPipe is due every 5 s; a busy instance may take as long again. */
const SEEN_WITHIN_MS = 15_000;

/** An instance with a small fleet on it, for all assertions together. */
export class Bench {
  readonly #clients: BenchClient[] = [];
  readonly #parts: BenchParts;
  #opened = 0;

  constructor(parts: BenchParts) {
    this.#parts = parts;
  }

  get parts(): BenchParts {
    return this.#parts;
  }

  /** The Units: 0 and 1, 2 and 3, 4 and 5 linked both ways. */
  unit(index: 0 | 1 | 2 | 3 | 4 | 5): FleetUnit {
    const unit = this.#parts.units[index];
    if (unit === undefined) throw new Error(`the fleet has no Unit ${index}`);
    return unit;
  }

  /** Topic of a node. */
  topic(node: string): string {
    return `${this.#parts.broker.domain}/${node}/pepeunit`;
  }

  get emqx(): EmqxClient {
    if (this.#parts.emqx === undefined) throw new Error("asked for EMQX without an access");
    return this.#parts.emqx;
  }

  /** A request below the API's prefix, as it is: redirects are not followed, errors not thrown. */
  call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    return this.send(method, API + path, options);
  }

  graphql(query: string, variables: object = {}, token?: string | null): Promise<Answer> {
    const body = { query, variables };
    return this.send("POST", "/pepeunit/graphql", token === undefined ? { body } : { body, token });
  }

  async send(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    for (let turnedAway = 0; ; turnedAway++) {
      const answer = await this.#exchange(method, path, options);
      if (answer.status !== 429 || options.once === true || turnedAway === TURNED_AWAY_LIMIT) {
        return answer;
      }
      await pause(this.#parts.clock, 1000, this.#parts.signal);
    }
  }

  /** A connection with that token; closed with the bench. */
  async connect(token: string, id?: string): Promise<BenchClient> {
    const { broker, prefix, clock, signal } = this.#parts;
    const clientId = id ?? `${prefix}c${this.#opened++}`;
    const { host, port } = broker;
    const client = await BenchClient.open({ host, port, clientId, username: token, clock, signal });
    this.#clients.push(client);
    return client;
  }

  /** Looks until it is so; the last look is in what it throws. */
  async until(
    what: string,
    look: () => Promise<unknown>,
    isSo: (seen: never) => boolean,
    withinMs = SEEN_WITHIN_MS,
  ): Promise<unknown> {
    const { clock, signal } = this.#parts;
    const untilMs = clock.now() + withinMs;
    for (;;) {
      const seen = await look();
      if (isSo(seen as never)) return seen;
      if (clock.now() > untilMs) {
        const last = JSON.stringify(seen)?.slice(0, 300) ?? "nothing";
        throw new Difference(`${what}: not within ${withinMs / 1000} s; last seen ${last}`);
      }
      await pause(clock, LOOK_EVERY_MS, signal);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.close().catch(() => {})));
  }

  async #exchange(method: string, path: string, options: CallOptions): Promise<Answer> {
    const { origin, agent, user, signal } = this.#parts;
    const { body, token = user.token, headers: more } = options;
    const form = body instanceof FormData ? new Response(body) : undefined;
    const type = form?.headers.get("content-type") ?? "application/json";
    const {
      statusCode,
      headers,
      body: answer,
    } = await request(origin + path, {
      dispatcher: agent,
      method: method as "GET",
      headers: {
        ...(body === undefined ? {} : { "content-type": type }),
        ...(token === null ? {} : { "x-auth-token": token }),
        ...more,
      },
      body: form === undefined ? textOf(body) : Buffer.from(await form.arrayBuffer()),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    }).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new LoadstoneError("TARGET_UNREACHABLE", `${method} ${origin}${path}: ${why}`);
    });
    const text = await answer.text();
    const answered = String(headers["content-type"] ?? "");
    return {
      status: statusCode,
      body: answered.includes("json") ? parseJson(text) : text,
      type: answered,
      location: headers["location"] === undefined ? undefined : String(headers["location"]),
    };
  }
}

function textOf(body: unknown): string | null {
  if (body === undefined) return null;
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** A multipart form with one file. */
export function fileForm(field: string, text: string): FormData {
  const form = new FormData();
  form.append(field, new Blob([text]), "file");
  return form;
}
