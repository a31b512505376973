import { expect, test } from "vitest";
import { factsOf, plannedObjectives } from "./plan-glimpse.ts";

test("lists nested facts by their path and leaves empty ones out", () => {
  const json = JSON.stringify({
    a: 1,
    b: { c: "x", d: null },
    e: ["p", "q"],
    f: [{ axis: "link", g: 2 }, { h: 3 }],
  });
  expect(factsOf(json)).toEqual([
    ["a", "1"],
    ["b.c", "x"],
    ["e", "p, q"],
    ["f.link.axis", "link"],
    ["f.link.g", "2"],
    ["f.1.h", "3"],
  ]);
});

test("has nothing to say of what is no document", () => {
  expect(factsOf("not json")).toEqual([]);
  expect(factsOf("3")).toEqual([]);
  expect(plannedObjectives("not json")).toEqual([]);
});

test("finds the objectives of a plan that has them", () => {
  const objective = { axis: "relay", deadlineMs: 250, maxLostRatio: 0.001 };
  expect(plannedObjectives(JSON.stringify({ axes: [{ axis: "relay", objective }] }))).toMatchObject(
    [objective],
  );
});
