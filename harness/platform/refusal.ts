import { z } from "zod";
import { type ErrorCode, LoadstoneError } from "../errors.ts";

/** The platform answered, and the answer was no. */
export class Refusal extends LoadstoneError {
  readonly status: number;
  /** The platform's own text, secrets taken out. */
  readonly detail: string;

  constructor(code: ErrorCode, what: string, status: number, detail: string, hint?: string) {
    super(code, `${what}: HTTP ${status}: ${detail}`, hint === undefined ? {} : { hint });
    this.status = status;
    this.detail = detail;
  }
}

const GATEWAY_DOWN: ReadonlySet<number> = new Set([502, 503, 504]);

const LIMIT_HINT =
  "nginx allows a public address 5 requests a second and 20 connections. Run from a private " +
  "address, call the backend port 5291 directly, or have this address added to nginx's geo list.";

/** The refusal that an answer outside 2xx stands for. */
export function refusalOf(what: string, status: number, body: string): Refusal {
  const detail = detailOf(body);
  if (status === 429) {
    return new Refusal("PROVISIONING_FAILED", what, status, "request limit reached", LIMIT_HINT);
  }
  if (GATEWAY_DOWN.has(status)) {
    const hint = "The proxy answers but the backend behind it does not: check the backend.";
    return new Refusal("TARGET_UNREACHABLE", what, status, detail, hint);
  }
  return new Refusal("PROVISIONING_FAILED", what, status, detail);
}

const Domain = z.object({ detail: z.string() });
// `input` is left out on purpose: it repeats what was sent, passwords too.
const Validation = z.object({
  detail: z.array(z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string() })),
});

function detailOf(body: string): string {
  const answer = parseJson(body);
  const domain = Domain.safeParse(answer);
  if (domain.success) return withoutTokens(domain.data.detail);
  const validation = Validation.safeParse(answer);
  if (validation.success) {
    const problems = validation.data.detail.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`);
    return withoutTokens(problems.join("; "));
  }
  return withoutTokens(firstWords(body));
}

/** The text of a JSON answer as a value; `undefined` when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function firstWords(body: string): string {
  const text = body
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return text === "" ? "no text" : text.slice(0, 200);
}

/** Takes JWTs out of a text that will be shown. */
export const withoutTokens = (text: string): string =>
  text.replace(/eyJ[\w-]+\.[\w-]+\.[\w-]*/g, "[token]");

/** True when there is no such object (any more); the platform says so with 422, never with 404. */
export const isGone = (error: unknown): boolean =>
  error instanceof Refusal && error.detail.includes("object does not exist");

/** True when the platform refused because the thing is there already. */
export const isTaken = (error: unknown): boolean =>
  error instanceof Refusal && /is exist|(Name|Login) is not unique|Edge exist/.test(error.detail);

/** True when a proxy's request limit turned the call away before the backend heard of it. */
export const isLimited = (error: unknown): boolean =>
  error instanceof Refusal && error.status === 429;

/** True when the same call may succeed a moment later: no answer, or the server's own failure. */
export const isPassing = (error: unknown): boolean =>
  error instanceof Refusal
    ? error.status >= 500
    : error instanceof LoadstoneError && error.code === "TARGET_UNREACHABLE";
