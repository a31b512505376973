import type { LookupFunction } from "node:net";
import { Agent, type Dispatcher, FormData, request } from "undici";
import type { z } from "zod";
import { LoadstoneError } from "../errors.ts";
import { type Clock, pause } from "../load/clock.ts";
import { isLimited, isPassing, parseJson, refusalOf } from "./refusal.ts";
import { openPace } from "./request-pace.ts";

type QueryValue = string | number | boolean | readonly string[] | undefined;

/** One call to the platform. */
export interface Call<T> {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** From the root, e.g. `/pepeunit/api/v1/units`. */
  readonly path: string;
  readonly answer: z.ZodType<T>;
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** Sent as JSON; a form goes as multipart. */
  readonly body?: unknown;
  readonly token?: string;
  /** Beside the token, e.g. for a service that wants another kind of login. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Changes nothing, so that it may be asked again as a GET is. */
  readonly repeatable?: boolean;
  /** The answer is plain text, handed to `answer` as it is. */
  readonly reads?: "json" | "text";
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

export interface Http {
  readonly origin: string;
  call<T>(call: Call<T>): Promise<T>;
  close(): Promise<void>;
}

/** An address fixed beforehand, so that a changing name cannot lead elsewhere during a run. */
export interface PinnedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

const CONNECT_TIMEOUT_MS = 5000;
const ANSWER_TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** Waits before a GET is asked again. */
const BACK_OFF_MS = [200, 800];
/** So often one call may be turned away by a proxy's limit. */
const TURNED_AWAY_LIMIT = 10;

/** An agent that stays below nginx's 20 connections and connects to the pinned address only. */
export function openAgent(pinned: PinnedAddress | undefined): Agent {
  const connect = { timeout: CONNECT_TIMEOUT_MS };
  return new Agent({
    connections: 16,
    maxResponseSize: MAX_ANSWER_BYTES,
    connect: pinned === undefined ? connect : { ...connect, lookup: pinnedLookup(pinned) },
  });
}

function pinnedLookup({ address, family }: PinnedAddress): LookupFunction {
  return (_host, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

/**
 * Calls to one origin: time limits, a bounded rate, bounded retries of what may be sent twice,
 * coded errors, checked answers.
 */
export function openHttp(
  origin: string,
  dispatcher: Dispatcher,
  clock: Clock,
  log: (line: string) => void = () => undefined,
): Http {
  const pace = openPace(clock, () => log(`${origin} limits requests: calls are sent more slowly`));

  async function once<T>(call: Call<T>): Promise<T> {
    const what = `${call.method} ${origin}${call.path}`;
    stopIfAborted(call.signal);
    const { status, text } = await exchange(origin, dispatcher, call).catch((error: unknown) => {
      stopIfAborted(call.signal);
      throw unreachable(what, error);
    });
    if (status < 200 || status > 299) throw refusalOf(what, status, text);
    return readAnswer(what, call, text);
  }

  /** What a proxy turns away never reached the backend, so any call may be sent anew. */
  async function admitted<T>(call: Call<T>): Promise<T> {
    for (let turnedAway = 1; ; turnedAway++) {
      await pace.turn(call.signal).catch(() => stopIfAborted(call.signal));
      try {
        return await once(call);
      } catch (error) {
        if (!isLimited(error)) throw error;
        pace.slowDown();
        if (turnedAway === TURNED_AWAY_LIMIT) throw error;
      }
    }
  }

  async function repeated<T>(call: Call<T>): Promise<T> {
    for (const waitMs of BACK_OFF_MS) {
      try {
        return await admitted(call);
      } catch (error) {
        if (!isPassing(error)) throw error;
        await pause(clock, waitMs, call.signal).catch(() => stopIfAborted(call.signal));
      }
    }
    return admitted(call);
  }

  return {
    origin,
    // A first POST may have done its work unseen; a PATCH sets the same again.
    call: (call) =>
      isRepeatable(call) || call.method === "PATCH" ? repeated(call) : admitted(call),
    close: () => dispatcher.close(),
  };
}

const isRepeatable = ({ method, repeatable }: Call<unknown>): boolean =>
  method === "GET" || repeatable === true;

async function exchange<T>(origin: string, dispatcher: Dispatcher, call: Call<T>) {
  const timeoutMs = call.timeoutMs ?? ANSWER_TIMEOUT_MS;
  const limits = [AbortSignal.timeout(timeoutMs)];
  // A change is never cut off by an interrupt: its answer says what has to be cleaned up.
  if (isRepeatable(call) && call.signal !== undefined) limits.push(call.signal);
  const { statusCode, body } = await request(`${origin}${call.path}${queryText(call.query)}`, {
    dispatcher,
    method: call.method,
    headers: {
      accept: call.reads === "text" ? "*/*" : "application/json",
      ...(isJson(call.body) ? { "content-type": "application/json" } : {}),
      ...(call.token === undefined ? {} : { "x-auth-token": call.token }),
      ...call.headers,
    },
    body: bodyOf(call.body),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    signal: AbortSignal.any(limits),
  });
  return { status: statusCode, text: await body.text() };
}

const isJson = (body: unknown): boolean => body !== undefined && !(body instanceof FormData);

function bodyOf(body: unknown): string | FormData | null {
  if (body === undefined) return null;
  return body instanceof FormData ? body : JSON.stringify(body);
}

function queryText(query: Call<unknown>["query"]): string {
  const pairs = Object.entries(query ?? {}).flatMap(([key, value]) => {
    if (value === undefined) return [];
    return (Array.isArray(value) ? value : [value]).map((one): [string, string] => [
      key,
      String(one),
    ]);
  });
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs).toString()}`;
}

function readAnswer<T>(what: string, { answer: schema, reads }: Call<T>, text: string): T {
  const json = () => (text === "" ? undefined : parseJson(text));
  const parsed = schema.safeParse(reads === "text" ? text : json());
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field =
    issue === undefined || issue.path.length === 0 ? "the answer" : issue.path.join(".");
  throw new LoadstoneError("TARGET_ANSWER_INVALID", `${what}: ${field}: ${issue?.message ?? ""}`, {
    hint: "Check that the address is a Pepeunit instance of version 1.2 or later.",
  });
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new LoadstoneError("INTERRUPTED", "Interrupted.");
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  UND_ERR_SOCKET: "connection closed before the answer",
  ENOTFOUND: "the host name is unknown",
  EAI_AGAIN: "the name server does not answer",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ETIMEDOUT: "timed out",
  UND_ERR_CONNECT_TIMEOUT: "timed out while connecting",
  UND_ERR_HEADERS_TIMEOUT: "timed out waiting for the answer",
  UND_ERR_BODY_TIMEOUT: "timed out within the answer",
  TimeoutError: "timed out waiting for the answer",
};

function unreachable(what: string, cause: unknown): LoadstoneError {
  return new LoadstoneError("TARGET_UNREACHABLE", `${what}: ${reasonOf(cause)}`, {
    hint: "Check that the instance is up, and that scheme, host and port of the URL are right.",
    cause,
  });
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "no answer";
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : cause.name;
  return REASONS[code] ?? cause.message;
}
