import { expect, test } from "vitest";
import { createBelief } from "./belief.ts";
import { DEPTH_CONSTANTS } from "./depths.ts";
import { indexOf, loadAt } from "./log-grid.ts";
import { createPosterior } from "./posterior.ts";

const { spreadPrior } = DEPTH_CONSTANTS.standard;
const posteriorOver = (low: number, high: number) =>
  createPosterior(indexOf(low), indexOf(high), spreadPrior);

test("without evidence it says what the prior says", () => {
  const { c50, c90, background } = posteriorOver(500, 2000).summarise();
  expect(c50.median).toBeCloseTo(1000, -2);
  expect(c50.low).toBeCloseTo(500 * (2000 / 500) ** 0.025, -1);
  expect(c90.mean).toBeLessThan(c50.mean);
  expect(background).toBeGreaterThan(0.03);
});

test("passes below and failures above close in on the capacity", () => {
  const posterior = posteriorOver(500, 2000);
  for (let i = 0; i < 10; i++) {
    posterior.observe(indexOf(950), true, 1);
    posterior.observe(indexOf(1050), false, 1);
  }
  const { c50, c90, background } = posterior.summarise();
  expect(c50.low).toBeGreaterThan(930);
  expect(c50.high).toBeLessThan(1070);
  expect(c90.low).toBeLessThan(c90.lowerBound);
  expect(c90.lowerBound).toBeLessThan(c90.mean);
  expect(c90.mean).toBeLessThan(c90.high);
  expect(background).toBeLessThan(0.03);
});

test("failures far below the capacity count as background, not as a lower capacity", () => {
  const posterior = posteriorOver(500, 2000);
  for (let i = 0; i < 12; i++) {
    posterior.observe(indexOf(600), i % 4 !== 0, 1);
    posterior.observe(indexOf(1000), i % 4 !== 0, 1);
    posterior.observe(indexOf(1200), false, 1);
  }
  const { c90, background } = posterior.summarise();
  expect(background).toBeGreaterThan(0.12);
  expect(c90.mean).toBeGreaterThan(850);
});

test("a window of no weight changes nothing", () => {
  const posterior = posteriorOver(500, 2000);
  const before = posterior.summarise();
  posterior.observe(indexOf(700), false, 0);
  expect(posterior.summarise()).toEqual(before);
});

test("mass at an edge widens the grid, up to a little above the ceiling", () => {
  const belief = createBelief([], {
    low: 500,
    high: 1000,
    maxLoad: 1500,
    floorLoad: 1,
    spreadPrior,
  });
  const passes = (load: number) => {
    for (let i = 0; i < 5; i++) belief.observe({ load, good: true, weight: 1 });
  };
  passes(1100);
  const before = belief.summary().c50.high;
  belief.widen();
  expect(belief.summary().c50.high).toBeGreaterThan(before);
  expect(belief.summary().c50.high).toBeLessThanOrEqual(1500 * 1.2 * 1.01);
});

test("every quantile lies on the grid asked for", () => {
  const { c50 } = createPosterior(600, 700, spreadPrior).summarise();
  expect(c50.low).toBeGreaterThanOrEqual(loadAt(599.5));
  expect(c50.high).toBeLessThanOrEqual(loadAt(700.5));
});
