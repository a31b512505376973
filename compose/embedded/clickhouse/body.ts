import { createWriteStream } from "node:fs";
import type { IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { Readable, Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { ClickHouseFault } from "./errors.ts";

/** Reads a whole body as text, decoded. */
export async function readText(request: IncomingMessage): Promise<string> {
  return (await buffer(decoded(request))).toString("utf8");
}

/** Reads the fields of a multipart form, in which clients send query parameters too long for a URL. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const headers = { "content-type": request.headers["content-type"] ?? "" };
  const form = await new Response(await buffer(decoded(request)), { headers }).formData();
  const fields = new URLSearchParams();
  for (const [name, value] of form) if (typeof value === "string") fields.set(name, value);
  return fields;
}

export function isForm(request: IncomingMessage): boolean {
  return /^multipart\/form-data\b/i.test(request.headers["content-type"] ?? "");
}

/** Writes `before` and then the decoded body to a file; gives the number of bytes. */
export async function spoolBody(
  request: IncomingMessage,
  file: string,
  before: string,
): Promise<number> {
  const output = createWriteStream(file, { mode: 0o600 });
  await pipeline(async function* () {
    if (before !== "") yield Buffer.from(before);
    yield* decoded(request);
  }, output);
  return output.bytesWritten;
}

function decoded(request: IncomingMessage): Readable {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding === "identity") return request;
  const open = DECODERS[encoding];
  if (open === undefined)
    throw new ClickHouseFault(
      89,
      "UNKNOWN_COMPRESSION_METHOD",
      `Unknown compression method ${encoding}; the embedded ClickHouse reads gzip, deflate and br`,
    );
  const decoder = open();
  // A client that hangs up must not leave the decoder waiting for the rest.
  request.once("error", (error) => decoder.destroy(error));
  return request.pipe(decoder);
}

const DECODERS: Readonly<Record<string, (() => Transform) | undefined>> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};
