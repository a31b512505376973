import { expect, test } from "vitest";
import type { Trial } from "#grader/contracts/trial.ts";
import { trialRow } from "#harness/store/sample-rows.suite.ts";
import { toObservation } from "../measure/to-trial.ts";
import type { AxisMeasurer } from "./axis-measurer.ts";
import { findCeiling } from "./null-sink-ceiling.ts";

interface Model {
  /** Most the generator can send a second, and most the sink can take. */
  readonly generator: number;
  readonly sink?: number;
  /** Share of the core that others hold. */
  readonly others?: number;
}

/** A generator whose CPU grows with the load; beyond what it can do it falls behind. */
function modelled({ generator, sink = Infinity, others = 0 }: Model) {
  const loads: number[] = [];
  const health = (load: number): Trial["health"] => {
    const behind = load > generator * (1 - others);
    const { health: calm } = trialRow();
    const cpuRatio = Math.min(1 - others, load / generator);
    return { ...calm, cpuRatio, waitRatio: others, latenessP99Ms: behind ? 90 : 1 };
  };
  const measure = ({ load }: { readonly load: number }) => {
    loads.push(load);
    const good = Math.round(Math.min(1, sink / load) * 1000);
    const trials = [{ ...trialRow(), load, intended: 1000, good, health: health(load) }];
    return Promise.resolve({ trials, observation: toObservation(trials) });
  };
  const objective = { axis: "relay", deadlineMs: 250 };
  const measurer = { objective, prepare: () => Promise.resolve(), measure };
  return { measurer: measurer as unknown as AxisMeasurer, loads };
}

const find = (model: Model) => {
  const { measurer, loads } = modelled(model);
  const { signal } = new AbortController();
  return findCeiling(measurer, { runId: "r", startLoad: 3000, signal }).then((found) => ({
    found,
    loads,
  }));
};

test.each([1500, 8000, 30_000, 90_000])(
  "finds what a generator of %d a second may be asked for, never more than 70 % of it",
  async (generator) => {
    const { found, loads } = await find({ generator });
    expect(found.doubt).toBeUndefined();
    expect(found.ceiling).toBeLessThanOrEqual(0.7 * generator + 1);
    expect(found.ceiling).toBeGreaterThan(0.4 * generator);
    expect(loads.length).toBeLessThanOrEqual(5);
  },
);

test("is in doubt when the sink gave out first: the generator may do more", async () => {
  const { found } = await find({ generator: 50_000, sink: 6000 });
  expect(found.doubt).toContain("of its core left");
  expect(found.reached).toBeLessThanOrEqual(6000);
});

test("is in doubt, and soon done, when other programs hold the core", async () => {
  const { found, loads } = await find({ generator: 20_000, others: 0.4 });
  expect(found.doubt).toContain("other programs held its core for 40 %");
  expect(loads).toHaveLength(2);
});

test("is in doubt when not even the least load came through", async () => {
  const { found } = await find({ generator: 1 });
  expect(found).toMatchObject({ reached: 0, doubt: "no load kept its times" });
});

test("ends when the run is stopped", async () => {
  const { measurer } = modelled({ generator: 9000 });
  const signal = AbortSignal.abort(new Error("by hand"));
  const search = findCeiling(measurer, { runId: "r", startLoad: 3000, signal });
  await expect(search).rejects.toThrow("by hand");
});
