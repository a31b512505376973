import { expect, test } from "vitest";
import { gradeSandbox } from "./graded-sandbox.ts";

/** A first look at all five axes and the joint run, sockets included, held to a known truth. */
test("a glance gives a sandbox of known capacity back within 20 %, all axes", async () => {
  const { report, outside } = await gradeSandbox(["--depth", "glance"]);
  expect(outside(0.2)).toEqual([]);
  expect(report.grade.letter).not.toBeNull();
  expect(report.grade.scope).toBe("instance");
  // All axes together hold no more than the weakest holds alone, nor next to nothing.
  const weakest = Math.min(...report.pentagon.map(({ units }) => units ?? 0));
  expect(report.joint?.capacity?.value).toBeLessThan(weakest * 1.25);
  expect(report.joint?.capacity?.value).toBeGreaterThan(weakest * 0.3);
});
