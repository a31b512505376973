import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Reading, ResponseReader } from "./response-reader.ts";

interface Outcome {
  readonly reading: Reading;
  readonly status: number;
  readonly body: string;
  readonly last: boolean;
}

/** Reads one answer, cut into reads at the given places; `closed` ends the connection after it. */
function read(
  text: string,
  options: { cuts?: readonly number[]; forHead?: boolean; closed?: boolean } = {},
): Outcome {
  const { cuts = [], forHead = false, closed = false } = options;
  const bytes = Buffer.from(text, "utf8");
  const places = [
    0,
    ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b),
    bytes.length,
  ];
  // One buffer for all reads, as sockets have it: what is kept of it must be copied.
  const shared = Buffer.alloc(bytes.length + 20);
  const reader = new ResponseReader();
  reader.begin(forHead);
  let reading: Reading = "more";
  for (let i = 1; i < places.length && reading === "more"; i++) {
    const from = places[i - 1] ?? 0;
    const to = places[i] ?? 0;
    if (from === to) continue;
    shared.fill("#");
    bytes.copy(shared, 7, from, to);
    reading = reader.push(shared, 7, 7 + to - from);
  }
  if (reading === "more" && closed && reader.close()) reading = "answer";
  return { reading, status: reader.status, body: reader.body, last: reader.last };
}

const lines = (...all: readonly string[]) => all.map((line) => `${line}\r\n`).join("");
const answer = (status: number, body: string, last = false) => ({
  reading: "answer",
  status,
  body,
  last,
});

const OK = "HTTP/1.1 200 OK";

describe("an answer", () => {
  test.each([
    ["with a length", lines(OK, "Content-Length: 5", "") + "right", answer(200, "right")],
    ["of no length", lines(OK, "content-length: 0", ""), answer(200, "")],
    ["without a reason", lines("HTTP/1.1 200", "content-length:2", "") + "ok", answer(200, "ok")],
    [
      "with a length said twice alike",
      lines(OK, "content-length: 2", "content-length: 2", "") + "ok",
      answer(200, "ok"),
    ],
    ["with a list of one length", lines(OK, "content-length: 2, 2", "") + "ok", answer(200, "ok")],
    ["that must have no body", lines("HTTP/1.1 204 No Content", ""), answer(204, "")],
    [
      "not modified, its length that of another",
      lines("HTTP/1.1 304 x", "content-length: 9", ""),
      answer(304, ""),
    ],
    [
      "before which others came",
      lines(
        "HTTP/1.1 100 Continue",
        "",
        "HTTP/1.1 103 x",
        "link: a",
        "",
        OK,
        "content-length: 2",
        "",
      ) + "ok",
      answer(200, "ok"),
    ],
    [
      "that closes",
      lines(OK, "connection: foo, Close", "content-length: 2", "") + "ok",
      answer(200, "ok", true),
    ],
    [
      "of the old version",
      lines("HTTP/1.0 200 OK", "content-length: 2", "") + "ok",
      answer(200, "ok", true),
    ],
    [
      "of the old version that keeps",
      lines("HTTP/1.0 200 OK", "connection: keep-alive", "content-length: 2", "") + "ok",
      answer(200, "ok"),
    ],
    [
      "in chunks",
      lines(OK, "Transfer-Encoding: Chunked", "", "3", "rig", "2;a=b", "ht", "0", ""),
      answer(200, "right"),
    ],
    [
      "in chunks with trailers",
      lines(OK, "transfer-encoding: chunked", "", "A", "0123456789", "0", "x: y", ""),
      answer(200, "0123456789"),
    ],
    [
      "in chunks, one split in a character",
      lines(OK, "transfer-encoding: chunked", "", "2", "é", "0", ""),
      answer(200, "é"),
    ],
    [
      "and more than was asked for",
      lines(OK, "content-length: 2", "") + "okHTTP/1.1",
      answer(200, "ok", true),
    ],
  ])("%s is read whatever pieces it comes in", (_what, text, expected) => {
    expect(read(text)).toEqual(expected);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 12 }), (cuts) => {
        const { last, ...rest } = read(text, { cuts });
        const { last: expectedLast, ...expectedRest } = expected;
        expect(rest).toEqual(expectedRest);
        // Surplus that comes in a later read is seen then.
        expect(last || text.endsWith("okHTTP/1.1")).toBe(expectedLast);
      }),
    );
    // Byte by byte too.
    const each = Array.from({ length: text.length }, (_, i) => i);
    expect(read(text, { cuts: each })).toMatchObject({ body: expected.body });
  });

  test("to a HEAD has no body, whatever it says", () => {
    const text = lines(OK, "content-length: 999", "");
    expect(read(text, { forHead: true })).toEqual(answer(200, ""));
    const chunked = lines(OK, "transfer-encoding: chunked", "");
    expect(read(chunked, { forHead: true })).toEqual(answer(200, ""));
  });

  test("of unknown length ends when the connection does", () => {
    const text = lines(OK, "content-type: text/plain", "") + "all of it";
    expect(read(text).reading).toBe("more");
    expect(read(text, { closed: true, cuts: [3, 44, 50] })).toEqual(answer(200, "all of it", true));
  });

  test("cut short is no answer", () => {
    const short = lines(OK, "content-length: 9", "") + "short";
    expect(read(short, { closed: true }).reading).toBe("more");
    expect(
      read(lines(OK, "transfer-encoding: chunked", "", "5", "right"), { closed: true }).reading,
    ).toBe("more");
  });

  test("says how long the other side keeps the connection", () => {
    const reader = new ResponseReader();
    reader.begin(false);
    const text = Buffer.from(lines(OK, "Keep-Alive: timeout=7, max=3", "content-length: 0", ""));
    expect([reader.push(text, 0, text.length), reader.idleMs]).toEqual(["answer", 7000]);
  });

  test.each([
    ["another protocol", "SSH-2.0-OpenSSH_9\r\n\r\n"],
    ["a later version", lines("HTTP/2.0 200 OK", "")],
    ["a status of two digits", lines("HTTP/1.1 20 OK", "")],
    ["a status below 100", lines("HTTP/1.1 099 OK", "")],
    ["lines ended by LF alone", "HTTP/1.1 200 OK\ncontent-length: 0\n\n"],
    ["a CR within a line", lines("HTTP/1.1 200 OK\rx", "")],
    ["a zero byte in a value", lines(OK, "a: b\0c", "")],
    ["a blank before the colon", lines(OK, "content-length : 2", "") + "ok"],
    ["a folded line", lines(OK, "a: b", " c", "content-length: 0", "")],
    ["a line without a name", lines(OK, ": b", "")],
    ["two lengths", lines(OK, "content-length: 2", "content-length: 3", "") + "ok"],
    ["a length with a sign", lines(OK, "content-length: +2", "") + "ok"],
    ["a length that is none", lines(OK, "content-length: 0x2", "") + "ok"],
    ["a length beyond counting", lines(OK, "content-length: 9999999999999999", "")],
    ["both a length and chunks", lines(OK, "content-length: 5", "transfer-encoding: chunked", "")],
    ["a coding nobody asked for", lines(OK, "transfer-encoding: gzip, chunked", "")],
    [
      "chunks within chunks",
      lines(OK, "transfer-encoding: chunked", "transfer-encoding: chunked", ""),
    ],
    ["a chunk without a size", lines(OK, "transfer-encoding: chunked", "", ";a", "x")],
    ["a chunk's size that is no number", lines(OK, "transfer-encoding: chunked", "", "xyz")],
    [
      "a chunk's size beyond counting",
      lines(OK, "transfer-encoding: chunked", "", "1234567890abc"),
    ],
    [
      "a chunk longer than it said",
      lines(OK, "transfer-encoding: chunked", "", "2", "okay", "0", ""),
    ],
    ["a chunk's line ended by LF alone", lines(OK, "transfer-encoding: chunked", "") + "2\nok"],
    ["a switch of protocols", lines("HTTP/1.1 101 x", "")],
  ])("with %s is malformed, however it comes in", (_what, text) => {
    expect(read(text).reading).toBe("malformed");
    const each = Array.from({ length: text.length }, (_, i) => i);
    expect(read(text, { cuts: each }).reading).not.toBe("answer");
  });

  test("with an endless head, length or trailer is given up", () => {
    const endless = `HTTP/1.1 200 OK\r\na: ${"b".repeat(70_000)}`;
    expect(read(endless).reading).toBe("too-large");
    expect(read(endless, { cuts: [40_000] }).reading).toBe("too-large");
    expect(read(lines(OK, "content-length: 99999999", "")).reading).toBe("too-large");
    const trailer = `${lines(OK, "transfer-encoding: chunked", "", "0")}a: ${"b".repeat(20_000)}`;
    expect(read(trailer).reading).toBe("malformed");
  });

  test("any bytes at all are never read past their end, and never throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (noise, afterHead) => {
        const reader = new ResponseReader();
        reader.begin(false);
        const head = afterHead ? lines(OK, "transfer-encoding: chunked", "") : "HTTP/1.1 200 ";
        const bytes = Buffer.concat([Buffer.from(head), noise]);
        const reading = reader.push(bytes, 0, bytes.length);
        expect(["more", "answer", "malformed", "too-large"]).toContain(reading);
      }),
      { numRuns: 500 },
    );
  });

  test("any body comes out as it went in, by length or in chunks of any size", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.array(fc.nat()),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (body, cuts, sizes) => {
          const byLength = lines(OK, `content-length: ${Buffer.byteLength(body)}`, "") + body;
          expect(read(byLength, { cuts })).toEqual(answer(200, body));
          const chunked = lines(OK, "transfer-encoding: chunked", "") + inChunks(body, sizes);
          expect(read(chunked, { cuts }).body).toBe(body);
        },
      ),
    );
  });
});

/** The text as a chunked body, its chunks so many characters long in turn. */
function inChunks(text: string, sizes: readonly number[]): string {
  const characters = Array.from(text);
  let out = "";
  let at = 0;
  for (let i = 0; at < characters.length; i++) {
    const size = sizes[i % Math.max(1, sizes.length)] ?? 3;
    const piece = characters.slice(at, at + size).join("");
    out += `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`;
    at += size;
  }
  return `${out}0\r\n\r\n`;
}
