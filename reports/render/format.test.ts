import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  bytes,
  capacityText,
  count,
  duration,
  figure,
  interval,
  latency,
  percent,
  rate,
  timestamp,
} from "./format.ts";

test.each([
  [0, "0"],
  [0.02834, "0.0283"],
  [0.999, "0.999"],
  [1, "1"],
  [9.996, "10"],
  [42.49, "42.5"],
  [99.96, "100"],
  [412, "412"],
  [999.6, "1 000"],
  [1876.4, "1 880"],
  [25_000, "25 000"],
  [1_234_567, "1 230 000"],
])("figure(%d) is %s", (value, text) => {
  expect(plain(figure(value))).toBe(text);
});

test("a figure keeps three digits for any size", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1e12, noNaN: true }), (value) => {
      const read = Number(figure(value).replaceAll("\u202f", ""));
      expect(Math.abs(read - value) / value).toBeLessThanOrEqual(0.005 + 1e-9);
    }),
  );
});

test.each([
  [0, "0"],
  [999, "999"],
  [76_989, "76 989"],
  [1_234_567.4, "1 234 567"],
])("count(%d) is %s", (value, text) => {
  expect(plain(count(value))).toBe(text);
});

test("digits are parted by a space that cannot break a line", () => {
  expect(count(1900)).toBe("1\u202f900");
});

test.each([
  [0, "0 %"],
  [0.00001, "<0.01 %"],
  [0.0001, "0.01 %"],
  [0.001, "0.1 %"],
  [0.042, "4.2 %"],
  [0.1, "10 %"],
  [1, "100 %"],
  [1.02, "102 %"],
])("percent(%d) is %s", (ratio, text) => {
  expect(percent(ratio)).toBe(text);
});

test.each([
  [null, "—"],
  [0.42, "0.42 ms"],
  [143, "143 ms"],
  [999.6, "1 000 ms"],
  [1234, "1.23 s"],
])("latency(%s) is %s", (ms, text) => {
  expect(plain(latency(ms))).toBe(text);
});

test.each([
  [0, "0 s"],
  [8400, "8 s"],
  [59_600, "1 min 00 s"],
  [130_000, "2 min 10 s"],
  [3_900_000, "1 h 05 min"],
])("duration(%d) is %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  [0, "1970-01-01 00:00 UTC"],
  [951_782_400_000, "2000-02-29 00:00 UTC"],
  [1_795_442_700_000, "2026-11-23 14:05 UTC"],
  [4_107_542_399_000, "2100-02-28 23:59 UTC"],
])("timestamp(%d) is %s", (epochMs, text) => {
  expect(timestamp(epochMs)).toBe(text);
});

test("a timestamp agrees with the platform's calendar", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 7_000_000_000_000 }), (epochMs) => {
      const iso = new Date(epochMs).toISOString();
      expect(timestamp(epochMs)).toBe(`${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`);
    }),
  );
});

test("a capacity nothing broke is a lower bound", () => {
  const capacity = { value: 400, low: 400, high: null, rated: null };
  expect(capacityText(capacity, "relay")).toBe("≥ 400 msg/s");
  expect(interval(400, null)).toBe("≥ 400");
  expect(interval(1760, 2050).replaceAll("\u202f", " ")).toBe("1 760–2 050");
});

test("a rate shows a small shortfall", () => {
  expect([4096, 4100].map((value) => plain(rate(value)))).toEqual(["4 096/s", "4 100/s"]);
});

test.each([
  [0, "0 B"],
  [1023, "1 020 B"],
  [118_000_000, "113 MiB"],
])("bytes(%d) is %s", (value, text) => {
  expect(plain(bytes(value))).toBe(text);
});

function plain(text: string): string {
  return text.replaceAll("\u202f", " ");
}
