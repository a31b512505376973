import { expect, test } from "vitest";
import { windowLengthMs } from "./window-length.ts";

test.each([
  { load: 4000, standard: 10_000, glance: 5000 },
  { load: 100, standard: 10_000, glance: 5000 },
  { load: 50, standard: 20_000, glance: 10_000 },
  { load: 5, standard: 30_000, glance: 15_000 },
])("a window at $load/s lasts for a thousand messages, within bounds", (row) => {
  expect(windowLengthMs(row.load, "standard")).toBe(row.standard);
  expect(windowLengthMs(row.load, "glance")).toBe(row.glance);
});
