import { expect, test } from "vitest";
import { AXIS_IDS } from "#grader/contracts/axis.ts";
import { gradeSandbox } from "./graded-sandbox.ts";

/** All five axes and the joint run of a sandbox, held to a known truth. */
test.each([
  ["glance", 0.2],
  ["quick", 0.12],
] as const)("%s gives it back within %d", async (depth, share) => {
  const { report, outside } = await gradeSandbox(["--depth", depth]);
  expect(outside(share, AXIS_IDS)).toEqual([]);
  expect(report.grade).toMatchObject({ scope: "instance", publishable: depth !== "glance" });
  // All axes together hold no more than the weakest holds alone, nor next to nothing.
  const weakest = Math.min(...report.pentagon.map(({ units }) => units ?? 0));
  expect(report.joint?.capacity?.value).toBeLessThan(weakest * 1.25);
  expect(report.joint?.capacity?.value).toBeGreaterThan(weakest * 0.3);
});
