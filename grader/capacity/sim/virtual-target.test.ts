import { expect, test } from "vitest";
import { sfc32 } from "./random.ts";
import { SCENARIOS, TRUE_C90 } from "./scenarios.ts";
import { goodShare } from "./truth.ts";
import { createVirtualTarget } from "./virtual-target.ts";

test("the port is 90 % good within 2.5 % of the reference's C90", () => {
  for (const id of ["A", "B", "G", "H", "I", "J"] as const) {
    const below = goodShare(SCENARIOS[id], TRUE_C90[id] * 0.975, 12);
    const above = goodShare(SCENARIOS[id], TRUE_C90[id] * 1.025, 12);
    expect(below, `${id} below`).toBeGreaterThan(0.9);
    expect(above, `${id} above`).toBeLessThan(0.9);
  }
});

test("what is offered is served, lost or still waiting", () => {
  const target = createVirtualTarget(SCENARIOS.A, sfc32(7));
  const { offered, served, dropped } = target.run(4400, 20);
  // The walk may not go below zero, so it serves what was never there, a little.
  expect(served + dropped + target.backlog()).toBeCloseTo(offered, 3);
  expect(dropped).toBeGreaterThan(0);
});

test("the same seed gives the same run", () => {
  const flows = [1, 1, 2].map((seed) =>
    createVirtualTarget(SCENARIOS.E, sfc32(seed)).run(3500, 60),
  );
  expect(flows[0]).toEqual(flows[1]);
  expect(flows[0]).not.toEqual(flows[2]);
});
