import { describe, expect, test } from "vitest";
import { GeneratorHealth } from "#grader/contracts/trial.ts";
import { HealthWatch, openProcessProbe, type ProcessProbe, worstTold } from "./generator-health.ts";

const counts = { intended: 100, unsent: 0, openSockets: 3 };

/** A process whose totals a test moves. */
function fakeProcess() {
  const totals = { atMs: 0, cpuMs: 0, waitMs: 0, processCpuMs: 0, throttledMs: 0, gcMs: 0 };
  const probe: ProcessProbe = {
    cpuMs: () => totals.cpuMs,
    cpuSource: "scheduler",
    waitMs: () => totals.waitMs,
    processCpuMs: () => totals.processCpuMs,
    quotaCores: 1.5,
    throttledMs: () => totals.throttledMs,
    takeLoopDelayMs: () => 0,
    takeGcPauseMs: () => totals.gcMs,
    rssBytes: () => 1,
    [Symbol.dispose]: () => {},
  };
  return {
    totals,
    open: () =>
      new HealthWatch(
        () => totals.atMs,
        () => probe,
      ),
  };
}

describe("the generator's health", () => {
  test("is of the window alone, as shares of its length and of what the process may use", () => {
    const { totals, open } = fakeProcess();
    using watch = open();
    Object.assign(totals, { atMs: 500, cpuMs: 400, waitMs: 90, processCpuMs: 450 });
    watch.take(counts);
    const grown = { atMs: 2500, cpuMs: 900, waitMs: 290, processCpuMs: 1650, throttledMs: 12 };
    Object.assign(totals, { ...grown, gcMs: 7 });
    expect(watch.take(counts)).toMatchObject({
      cpuRatio: 0.25,
      waitRatio: 0.1,
      quotaRatio: 0.4,
      throttledMs: 12,
      gcPauseMaxMs: 7,
      cpuSource: "scheduler",
    });
  });

  test("leaves out what the system does not tell, and still is a health to store", () => {
    const bare: ProcessProbe = {
      cpuMs: () => 0,
      takeLoopDelayMs: () => 0,
      rssBytes: () => 0,
      [Symbol.dispose]: () => {},
    };
    using watch = new HealthWatch(
      () => 0,
      () => bare,
    );
    const health = GeneratorHealth.parse(watch.take(counts));
    expect(Object.keys(health)).not.toContain("waitRatio");
  });

  test("is known of the real process", () => {
    using watch = new HealthWatch(() => performance.now(), openProcessProbe);
    watch.lateness(3);
    const health = GeneratorHealth.parse(watch.take(counts));
    expect(health.rssBytes).toBeGreaterThan(1e6);
    expect(health.quotaRatio).toBeGreaterThanOrEqual(0);
    expect(health.latenessP99Ms).toBeGreaterThan(2.9);
  });

  test("of several threads is the worst one's, figure by figure", () => {
    using watch = new HealthWatch(() => 0, openProcessProbe);
    const health = { ...watch.take(counts), waitRatio: 0.1, gcPauseMaxMs: 9 };
    const other = { ...health, waitRatio: 0.4, gcPauseMaxMs: 2 };
    expect(worstTold([health, other])).toMatchObject({ waitRatio: 0.4, gcPauseMaxMs: 9 });
    expect(worstTold([])).toEqual({});
  });
});
