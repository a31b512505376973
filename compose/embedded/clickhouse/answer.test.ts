import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { exceptionBlock, summaryHeader, writeChunk } from "./answer.ts";

test("the exception block names its own length, so that a client can find its start", () => {
  expect(exceptionBlock("0123456789abcdef", "Code: 1. é")).toBe(
    "\r\n__exception__\r\n0123456789abcdef\r\nCode: 1. é\n12 0123456789abcdef\r\n__exception__\r\n",
  );
});

test("a summary carries numbers as text", () => {
  const summary = { readRows: 1, readBytes: 2, writtenRows: 3, writtenBytes: 4, elapsedMs: 1.5 };
  expect(JSON.parse(summaryHeader(summary))).toMatchObject({
    read_rows: "1",
    written_rows: "3",
    elapsed_ns: "1500000",
  });
});

test("writing waits for a slow reader and gives up on one that has gone", async () => {
  const slow = new PassThrough({ highWaterMark: 1 });
  let written = false;
  const writing = writeChunk(slow, Buffer.from("abc")).then(() => (written = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(written).toBe(false);
  slow.read();
  await writing;

  const gone = writeChunk(slow, Buffer.from("abc"));
  slow.destroy();
  await expect(gone).resolves.toBeUndefined();
});
