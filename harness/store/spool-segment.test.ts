import { array, assert, json, nat, property } from "fast-check";
import { expect, test } from "vitest";
import { frame, parseSegment, segmentHeader } from "./spool-segment.ts";

const frames = array(array(json(), { minLength: 1, maxLength: 5 }), { maxLength: 6 });
const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
const write = (all: readonly (readonly string[])[]) => [
  segmentHeader("events", "token-1"),
  ...all.map((lines) => frame(lines.length, text(lines))),
];

test("a segment gives back all its frames", () => {
  assert(
    property(frames, (all) => {
      const segment = parseSegment(Buffer.concat(write(all)));
      expect(segment).toMatchObject({
        table: "events",
        token: "token-1",
        rows: all.flat().length,
        lines: text(all.flat()),
      });
    }),
  );
});

test("a segment cut anywhere gives back the frames before the cut", () => {
  assert(
    property(frames, nat(), (all, at) => {
      const parts = write(all);
      const bytes = Buffer.concat(parts);
      const cut = at % (bytes.length + 1);
      const segment = parseSegment(bytes.subarray(0, cut));
      let end = 0;
      const whole = parts.filter((part) => (end += part.length) <= cut).length - 1;
      const lines = whole < 0 ? undefined : text(all.slice(0, whole).flat());
      expect(segment?.lines).toBe(lines);
    }),
  );
});

test("a flipped bit ends a segment before the frame it is in", () => {
  const parts = write([["1"], ["2"], ["3"]]);
  const bytes = Buffer.concat(parts);
  const inSecond = Buffer.concat(parts.slice(0, 3)).length - 2;
  bytes[inSecond] = (bytes[inSecond] ?? 0) ^ 1;
  expect(parseSegment(bytes)?.lines).toBe("1\n");
});

test("what is no segment is not read as one", () => {
  for (const junk of ["", "\n", "{}", "loadstone-spool 2 events t\n", "\0".repeat(4096)]) {
    expect(parseSegment(Buffer.from(junk))).toBeUndefined();
  }
});
