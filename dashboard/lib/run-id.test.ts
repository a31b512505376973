import { expect, test } from "vitest";
import { runIdFrom } from "./run-id.ts";

test.each(["r-20261123-glance", "01JD3K8Z", "2026-11-23T14:05"])("%s may be a run", (id) => {
  expect(runIdFrom(id)).toBe(id);
});

test("an encoded colon is a colon", () => {
  expect(runIdFrom("2026-11-23T14%3A05")).toBe("2026-11-23T14:05");
});

test.each(["", "a b", "%E0%A4%A", "../x", "x".repeat(129)])("%j is no run", (segment) => {
  expect(runIdFrom(segment)).toBeUndefined();
});
