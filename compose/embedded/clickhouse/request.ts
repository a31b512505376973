import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** A query as the ClickHouse HTTP interface carries it, apart from its body. */
export interface QueryRequest {
  /** The part of the statement that came in the URL; the body may hold the rest. */
  readonly sql: string;
  readonly queryId: string;
  readonly database: string | undefined;
  readonly format: string;
  readonly session: SessionRequest | undefined;
  /** Settings and `param_…` values, to be set for this query only. */
  readonly settings: ReadonlyMap<string, string>;
  readonly acceptsGzip: boolean;
  /** The whole answer before its headers: an error then always has a status of its own. */
  readonly waitEndOfQuery: boolean;
}

export interface SessionRequest {
  readonly id: string;
  readonly timeoutMs: number;
  /** Refuse rather than open a session nobody opened before. */
  readonly mustExist: boolean;
}

/** Reads the query parameters and headers of a request. */
export function parseRequest(params: URLSearchParams, headers: IncomingHttpHeaders): QueryRequest {
  const text = (name: string) => params.get(name) || undefined;
  return {
    sql: text("query") ?? "",
    queryId: text("query_id") ?? randomUUID(),
    database: text("database") ?? single(headers["x-clickhouse-database"]),
    format: text("default_format") ?? single(headers["x-clickhouse-format"]) ?? "TabSeparated",
    session: parseSession(params),
    settings: parseSettings(params),
    acceptsGzip:
      text("enable_http_compression") === "1" &&
      /\bgzip\b/.test(single(headers["accept-encoding"]) ?? ""),
    waitEndOfQuery: text("wait_end_of_query") === "1",
  };
}

/** The user and password of a request: URL, X-ClickHouse headers or Basic, in that order. */
export function parseCredentials(
  params: URLSearchParams,
  headers: IncomingHttpHeaders,
): { readonly user: string; readonly password: string } {
  const [basicUser, basicPassword] = parseBasic(headers.authorization);
  return {
    user: params.get("user") ?? single(headers["x-clickhouse-user"]) ?? basicUser ?? "default",
    password: params.get("password") ?? single(headers["x-clickhouse-key"]) ?? basicPassword ?? "",
  };
}

function parseBasic(authorization: string | undefined): readonly string[] {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return [];
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)];
}

function parseSession(params: URLSearchParams): SessionRequest | undefined {
  const id = params.get("session_id");
  if (!id) return undefined;
  const seconds = Number(params.get("session_timeout") ?? 60);
  return {
    id,
    timeoutMs: Math.min(Number.isFinite(seconds) ? seconds : 60, 3600) * 1000,
    mustExist: params.get("session_check") === "1",
  };
}

function parseSettings(params: URLSearchParams): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const [name, value] of params)
    if (/^\w+$/.test(name) && !NOT_SETTINGS.has(name)) settings.set(name, value);
  return settings;
}

/** What the HTTP interface itself understands, or what only a server with a network has. */
const NOT_SETTINGS = new Set([
  "query",
  "query_id",
  "database",
  "default_format",
  "user",
  "password",
  "role",
  "quota_key",
  "session_id",
  "session_timeout",
  "session_check",
  "compress",
  "decompress",
  "buffer_size",
  "stacktrace",
  "wait_end_of_query",
  "enable_http_compression",
  "http_zlib_compression_level",
  "http_response_buffer_size",
  "http_response_compression_method",
  "http_headers_progress_interval_ms",
  "http_write_exception_in_output_format",
  "http_receive_timeout",
  "http_send_timeout",
  "send_progress_in_http_headers",
  "cancel_http_readonly_queries_on_client_close",
  "async_insert_busy_timeout_ms",
]);

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
