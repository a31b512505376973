import { expect, test } from "vitest";
import { naiveIso } from "./clock.ts";

test("dates are naive UTC with microseconds", () => {
  expect(naiveIso(Date.UTC(2026, 0, 2, 3, 4, 5, 123) + 0.4565)).toBe("2026-01-02T03:04:05.123456");
  expect(naiveIso(Date.UTC(2026, 0, 2))).toBe("2026-01-02T00:00:00.000000");
});
