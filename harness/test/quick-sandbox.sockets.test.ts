import { expect, test } from "vitest";
import { gradeSandbox } from "./graded-sandbox.ts";

test("quick gives a sandbox of known capacity back within 12 %, all axes and the joint run", async () => {
  const { report, outside } = await gradeSandbox(["--depth", "quick"]);
  expect(outside(0.12)).toEqual([]);
  expect(report.grade).toMatchObject({ scope: "instance", publishable: true });
});
