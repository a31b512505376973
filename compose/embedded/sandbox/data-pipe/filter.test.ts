import * as fc from "fast-check";
import { expect, test } from "vitest";
import { PipeConfig } from "./config.ts";
import { filterMessage, type PipeMemory } from "./filter.ts";

const AT = Date.UTC(2026, 4, 1, 12);

function pipe(given: { filters?: object; transformations?: object; active_period?: object } = {}) {
  return PipeConfig.parse({
    active_period: given.active_period ?? { type: "Permanent" },
    filters: { type_input_value: "Text", max_rate: 0, max_size: 0, ...given.filters },
    ...(given.transformations === undefined ? {} : { transformations: given.transformations }),
    processing_policy: { policy_type: "LastValue" },
  });
}

const pass = (config: PipeConfig, text: string, memory: PipeMemory = {}, atMs = AT) =>
  filterMessage(config, memory, Buffer.from(text), atMs);

test.each([
  [{ type: "FromDate", start: "2026-05-01T11:00:00Z" }, true],
  [{ type: "FromDate", start: "2026-05-01T13:00:00Z" }, false],
  [{ type: "ToDate", end: "2026-05-01T15:00:00+02:00" }, true],
  [{ type: "DateRange", start: "2026-05-01T11:00:00Z", end: "2026-05-01T11:30:00Z" }, false],
  [{ type: "FromDate", start: "2026-05-01T11:00:00" }, false], // no zone: silently off
])("a pipe with %j is active: %s", (active_period, active) => {
  expect(pass(pipe({ active_period }), "x")).toEqual(
    active ? { value: "x" } : { dropped: "inactive" },
  );
});

test.each([
  ["WhiteList", ["on", "off"], "Text", "on", true],
  ["WhiteList", ["on", "off"], "Text", "On", false],
  ["BlackList", [-127, 85], "Number", "85.0", false],
  ["BlackList", [-127, 85], "Number", "21.5", true],
  ["WhiteList", [85], "Number", "hot", false],
])("%s %j as %s and the value %s: %s", (kind, values, type, text, passes) => {
  const filters = {
    type_input_value: type,
    type_value_filtering: kind,
    filtering_values: values,
  };
  expect("value" in pass(pipe({ filters }), text)).toBe(passes);
});

test("thresholds drop numbers outside, in a Text pipe as well, and let other text pass", () => {
  const range = { type_value_threshold: "Range", threshold_min: 0, threshold_max: 100 };
  for (const type_input_value of ["Number", "Text"]) {
    const config = pipe({ filters: { ...range, type_input_value } });
    expect(pass(config, "101")).toEqual({ dropped: "threshold" });
    expect(pass(config, "-0.5")).toEqual({ dropped: "threshold" });
    expect(pass(config, "100")).toEqual({ value: "100" });
    expect(pass(config, "warm")).toEqual({ value: "warm" });
  }
});

test("max_rate counts from the last accepted message, not from the last one seen", () => {
  const config = pipe({ filters: { max_rate: 5, max_size: 3 } });
  const memory: PipeMemory = {};
  const at = (sec: number, text = "x") => pass(config, text, memory, AT + sec * 1000);
  expect([at(0), at(4.999), at(5, "long"), at(5.5), at(9)]).toEqual([
    { value: "x" },
    { dropped: "rate" },
    { dropped: "size" },
    { value: "x" },
    { dropped: "rate" },
  ]);
});

test("max_size is in bytes of the raw payload", () => {
  const config = pipe({ filters: { max_size: 4 }, transformations: { slice_end: 1 } });
  expect(pass(config, "°°")).toMatchObject({ value: expect.any(String) });
  expect(pass(config, "°°°")).toEqual({ dropped: "size" });
});

test("a repeated value is dropped, unless a transformation changed its text", () => {
  const filters = { last_unique_check: true, type_input_value: "Number" };
  const plain: PipeMemory = {};
  expect(pass(pipe({ filters }), "27.5", plain)).toEqual({ value: "27.5" });
  expect(pass(pipe({ filters }), "27.5", plain)).toEqual({ dropped: "repeated" });
  const rounding = pipe({ filters, transformations: { round_decimal_point: 2 } });
  const rounded: PipeMemory = {};
  expect(pass(rounding, "27.5", rounded)).toEqual({ value: "27.50" });
  expect(pass(rounding, "27.5", rounded)).toEqual({ value: "27.50" });
});

test.each([
  [{ multiplication_ratio: 0.7 }, "10", "7.000000"],
  [{ multiplication_ratio: 0.7, round_decimal_point: 3 }, "10", "7.000"],
  [{ round_decimal_point: 0 }, "21.5", "22"],
  [{ multiplication_ratio: 2 }, "warm", "warm"],
])("a number with %j: %s becomes %s", (transformations, text, value) => {
  const config = pipe({ filters: { type_input_value: "Number" }, transformations });
  expect(pass(config, text)).toEqual({ value });
});

/** Python's `bytes[start:end]`. */
const python = (bytes: Buffer, start: number | null, end: number | null) => {
  const place = (at: number | null, otherwise: number) =>
    at === null ? otherwise : Math.min(Math.max(at < 0 ? at + bytes.length : at, 0), bytes.length);
  const [from, to] = [place(start, 0), place(end, bytes.length)];
  return bytes.filter((_, at) => at >= from && at < to);
};

test("a text is sliced by bytes as Python slices", () => {
  const place = fc.option(fc.integer({ min: -12, max: 12 }));
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), place, place, (text, slice_start, slice_end) => {
      const config = pipe({ transformations: { slice_start, slice_end } });
      const expected = Buffer.from(python(Buffer.from(text), slice_start, slice_end));
      expect(pass(config, text)).toEqual({ value: expected.toString("utf8") });
    }),
  );
});
