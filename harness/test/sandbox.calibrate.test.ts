import { expect, test } from "vitest";
import { gradeSandbox } from "./graded-sandbox.ts";

/** Sockets included, held to a known truth; Base and the joint run take minutes more (`calibrate:sockets`). */
test("a glance gives a sandbox of known capacity back within 20 %", async () => {
  const axes = ["link", "relay", "store", "api"] as const;
  const flags = ["--depth", "glance", "--axes", axes.join(), "--no-joint"];
  const { report, outside } = await gradeSandbox(flags);
  expect(outside(0.2, axes)).toEqual([]);
  expect(report.grade.letter).not.toBeNull();
});
