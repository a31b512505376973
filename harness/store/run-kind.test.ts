import { expect, test } from "vitest";
import { depthOf } from "./run-kind.ts";

test.each([
  ["a run of given load", '{"kind":"run","load":200}', "run"],
  ["a grading", '{"depth":"glance","axes":[]}', "glance"],
  ["what is no plan", "not json", "glance"],
  ["a plan that is no object", "null", "glance"],
])("tells %s by its plan", (_what, plan, told) => {
  expect(depthOf({ plan, depth: "glance" })).toBe(told);
});
