import { z } from "zod";
import type { Dispatcher } from "undici";
import { LoadstoneError } from "../errors.ts";
import { type Clock, systemClock } from "../load/clock.ts";
import { type Call, openAgent, openHttp, type PinnedAddress } from "./http.ts";
import { parseSamples } from "./prometheus.ts";
import { Refusal } from "./refusal.ts";

const API = "/api/v5";

/** What EMQX's admin API (version 5) tells; a newer one may tell more. */
const Token = z.object({ token: z.string().min(1) });
const Meta = z.object({ count: z.int().nonnegative().optional(), hasnext: z.boolean().optional() });
export const Subscription = z.object({ clientid: z.string(), topic: z.string(), qos: z.int() });
export const BrokerClient = z.object({
  clientid: z.string(),
  connected: z.boolean().default(true),
  proto_ver: z.int().optional(),
  ip_address: z.string().nullish(),
  mqueue_dropped: z.int().optional(),
});
const page = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), meta: Meta });
const Numbers = z.record(z.string(), z.unknown()).transform(numbersOf);
/** One object a node of the cluster, or already their sum. */
const Counters = z.union([z.array(Numbers).transform(sumUp), Numbers]);

export const Listener = z.object({
  max_connections: z.union([z.int(), z.literal("infinity")]).optional(),
  max_conn_rate: z.string().optional(),
  messages_rate: z.string().optional(),
  bytes_rate: z.string().optional(),
});
export type Listener = z.infer<typeof Listener>;
const mqttSetting = z.union([z.string(), z.number(), z.boolean()]).optional();
export const Zone = z.object({
  mqtt: z.object({
    max_packet_size: mqttSetting,
    max_topic_levels: mqttSetting,
    max_qos_allowed: mqttSetting,
    max_mqueue_len: mqttSetting,
    max_inflight: mqttSetting,
    retain_available: mqttSetting,
  }),
});
export type Zone = z.infer<typeof Zone>;

export interface EmqxAccess {
  /** Origin of the dashboard, usually port 18083. */
  readonly url: string;
  /** The dashboard's account, or an API key and its secret. */
  readonly login: {
    readonly kind: "account" | "key";
    readonly name: string;
    readonly secret: string;
  };
}

/** The access in LOADSTONE_EMQX_*: undefined where no URL is set. */
export function readEmqxAccess(env: Readonly<Record<string, string | undefined>>) {
  const { LOADSTONE_EMQX_URL: url, LOADSTONE_EMQX_KEY: key, LOADSTONE_EMQX_LOGIN: login } = env;
  if (url === undefined || url === "") return undefined;
  const kind = key === undefined || key === "" ? "account" : "key";
  const name = (kind === "key" ? key : login) ?? "";
  const secret = env[kind === "key" ? "LOADSTONE_EMQX_SECRET" : "LOADSTONE_EMQX_PASSWORD"] ?? "";
  if (
    !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : "") ||
    name === "" ||
    secret === ""
  ) {
    throw new LoadstoneError(
      "CREDENTIALS_MISSING",
      "The access to EMQX's admin API is not whole.",
      {
        hint:
          "Set LOADSTONE_EMQX_URL (http://broker:18083) with LOADSTONE_EMQX_LOGIN and " +
          "LOADSTONE_EMQX_PASSWORD, or with LOADSTONE_EMQX_KEY and LOADSTONE_EMQX_SECRET.",
      },
    );
  }
  return { url: new URL(url).origin, login: { kind, name, secret } } satisfies EmqxAccess;
}

export interface EmqxOptions {
  readonly access: EmqxAccess;
  readonly address?: PinnedAddress | undefined;
  readonly dispatcher?: Dispatcher;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

export type EmqxClient = ReturnType<typeof openEmqx>;

/** The admin API of a broker; it signs in at the first call, and again when the token is too old. */
export function openEmqx(options: EmqxOptions) {
  const { access, signal, clock = systemClock } = options;
  const http = openHttp(access.url, options.dispatcher ?? openAgent(options.address), clock);
  let token: Promise<string> | undefined;

  const authorization = async (): Promise<string> => {
    const { kind, name, secret } = access.login;
    if (kind === "key") return `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}`;
    token ??= http
      .call({
        method: "POST",
        path: `${API}/login`,
        body: { username: name, password: secret },
        answer: Token,
        signal,
      })
      .then((answer) => answer.token);
    return `Bearer ${await token}`;
  };

  const once = async <T>(path: string, answer: z.ZodType<T>, query?: Call<T>["query"]) =>
    http.call({
      method: "GET",
      path: API + path,
      answer,
      ...(query === undefined ? {} : { query }),
      headers: { authorization: await authorization() },
      signal,
    });

  async function get<T>(path: string, answer: z.ZodType<T>, query?: Call<T>["query"]): Promise<T> {
    try {
      return await once(path, answer, query).catch((error: unknown) => {
        if (!isUnauthorized(error) || access.login.kind === "key" || token === undefined)
          throw error;
        token = undefined;
        return once(path, answer, query);
      });
    } catch (error) {
      throw isUnauthorized(error) ? loginRefused(access.url, error) : error;
    }
  }

  return {
    url: access.url,
    /** Subscriptions of a filter, as it was written. */
    subscriptions: (filter: { topic?: string; clientid?: string; qos?: number } = {}) =>
      get("/subscriptions", page(Subscription), { ...filter, limit: 100 }),
    clients: (filter: { clientid?: string; username?: string; limit?: number } = {}) =>
      get("/clients", page(BrokerClient), { limit: 100, ...filter }),
    /** Gauges now, summed over the nodes, e.g. `connections.count`. */
    stats: () => get("/stats", Counters, { aggregate: true }),
    /** Counters since the broker's start, summed over the nodes, e.g. `messages.dropped`. */
    metrics: () => get("/metrics", Counters, { aggregate: true }),
    /** What the backend pushed to the MQTT listener at its start. */
    listener: () => get("/listeners/tcp:default", Listener),
    zone: () => get("/configs/global_zone", Zone),
    /** The same for Prometheus; EMQX asks no login for it. */
    prometheus: async () => {
      const path = `${API}/prometheus/stats`;
      return parseSamples(
        await http.call({ method: "GET", path, answer: z.string(), reads: "text", signal }),
      );
    },
    close: () => http.close(),
  };
}

const isUnauthorized = (error: unknown): error is Refusal =>
  error instanceof Refusal && error.status === 401;

const loginRefused = (url: string, cause: Refusal): LoadstoneError =>
  new LoadstoneError("LOGIN_REFUSED", `${url} refused the login to EMQX's admin API`, {
    hint: "Check LOADSTONE_EMQX_LOGIN and LOADSTONE_EMQX_PASSWORD, or the key and its secret.",
    cause,
  });

function numbersOf(counters: Readonly<Record<string, unknown>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counters).filter((entry): entry is [string, number] =>
      Number.isFinite(entry[1]),
    ),
  );
}

function sumUp(nodes: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const node of nodes) {
    for (const [name, value] of Object.entries(node)) sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
}

/** A rate as EMQX writes it ("30/s", "1MB/s"), per second; undefined for "infinity". */
export function ratePerSec(text: string | undefined): number | undefined {
  const [, amount = "", unit = "", count = "1", span = "s"] =
    /^([\d.]+)\s*(KB|MB|GB)?\/(\d*)(ms|s|m|h)?$/i.exec(text ?? "") ?? [];
  if (amount === "") return undefined;
  const bytes = { "": 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }[unit.toUpperCase()] ?? 1;
  const seconds = { ms: 0.001, s: 1, m: 60, h: 3600 }[span.toLowerCase()] ?? 1;
  return (Number(amount) * bytes) / (Number(count === "" ? "1" : count) * seconds);
}
