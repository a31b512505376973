import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { createGzip } from "node:zlib";
import { faultCode, faultText, httpStatus } from "./errors.ts";

/** Counts for the `X-ClickHouse-Summary` header. */
export interface Summary {
  readonly readRows: number;
  readonly readBytes: number;
  readonly writtenRows: number;
  readonly writtenBytes: number;
  readonly elapsedMs: number;
}

/** A short text, as for /ping. */
export function answerText(response: ServerResponse, status: number, text: string): void {
  if (response.destroyed) return;
  response.writeHead(status, { "Content-Type": "text/plain; charset=UTF-8" });
  response.end(text);
}

/** Answers a failed query; once rows are under way there is only the connection left to break. */
export function answerFault(response: ServerResponse, error: unknown, version: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const text = faultText(error, version);
  const code = faultCode(text);
  response.setHeader("X-ClickHouse-Exception-Code", code);
  answerText(response, httpStatus(code), `${text}\n`);
}

/** Sends the headers and gives the stream the rows go to. */
export function openAnswer(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  gzip: boolean,
): Writable {
  response.writeHead(200, gzip ? { ...headers, "Content-Encoding": "gzip" } : headers);
  if (!gzip) return response;
  const packed = createGzip({ level: 1 }); // loopback: the cheapest level is the fastest
  response.once("close", () => packed.destroy());
  packed.pipe(response);
  return packed;
}

/** Writes and waits until the reader keeps up, or has gone. */
export async function writeChunk(output: Writable, bytes: Uint8Array): Promise<void> {
  if (output.destroyed || output.write(bytes)) return;
  const gone = new AbortController();
  const stop = () => gone.abort();
  output.once("close", stop);
  try {
    await once(output, "drain", { signal: gone.signal });
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    output.off("close", stop);
  }
}

/** The in-band error of ClickHouse 25.11 and later, for a query that failed between its rows. */
export function exceptionBlock(tag: string, text: string): string {
  const message = `${text}\n`;
  const end = `${Buffer.byteLength(message)} ${tag}`;
  return `\r\n__exception__\r\n${tag}\r\n${message}${end}\r\n__exception__\r\n`;
}

/** The `X-ClickHouse-Summary` header: every number is a string there. */
export function summaryHeader(summary: Summary): string {
  return JSON.stringify({
    read_rows: String(summary.readRows),
    read_bytes: String(summary.readBytes),
    written_rows: String(summary.writtenRows),
    written_bytes: String(summary.writtenBytes),
    total_rows_to_read: "0",
    result_rows: "0",
    result_bytes: "0",
    elapsed_ns: String(Math.round(summary.elapsedMs * 1e6)),
  });
}
