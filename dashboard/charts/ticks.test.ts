import { expect, test } from "vitest";
import { latency } from "#reports/render/format.ts";
import { alongFromZero, alongTime, upFromZero, upLog } from "./ticks.ts";

test("a plot from zero has zero at the bottom and room above the largest value", () => {
  const { share, ticks } = upFromZero(428);
  expect(share(0)).toBe(1);
  expect(share(428)).toBeGreaterThan(0);
  expect(ticks[0]).toEqual({ at: 1, label: "0" });
});

test("a plot of nothing still has a scale", () => {
  expect(upFromZero(0).share(0)).toBe(1);
  expect(upLog(0, 0, latency).ticks.length).toBeGreaterThan(0);
});

test("a logarithmic plot is ticked at powers of ten", () => {
  expect(upLog(3, 450, latency).ticks.map((tick) => tick.label)).toEqual([
    "1 ms",
    "10 ms",
    "100 ms",
    "1 s",
  ]);
});

test("loads are ticked at round figures from zero", () => {
  expect(alongFromZero(640).ticks.map((tick) => tick.label)).toEqual([
    "0",
    "100",
    "200",
    "300",
    "400",
    "500",
    "600",
  ]);
  expect(alongFromZero(640).share(640)).toBeLessThan(1);
});

test("time is ticked in whole steps since the run began", () => {
  const zero = 1_795_446_000_123;
  const { ticks, share } = alongTime(zero, zero + 5 * 60_000, zero);
  expect(ticks.map((tick) => tick.label)).toEqual(["0:00", "1:00", "2:00", "3:00", "4:00", "5:00"]);
  expect(share(zero - 1)).toBe(0);
});
