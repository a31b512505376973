import { describe, expect, test } from "vitest";
import { FixedRunReport } from "#grader/contracts/fixed-run.ts";
import { uncolored } from "../paint.ts";
import { renderFixedProgress } from "./progress.ts";
import { renderFixedRun } from "./terminal.ts";

const health = {
  latenessP50Ms: 0.2,
  latenessP99Ms: 3.4,
  latenessP999Ms: 9.1,
  unsentRatio: 0,
  loopDelayMaxMs: 12,
  cpuRatio: 0.22,
  rssBytes: 150_000_000,
  openSockets: 100,
};

const window = (index: number, change: object = {}) => ({
  index,
  axis: "relay",
  phase: "soak",
  load: 200,
  startedAtMs: 1_795_000_000_000 + index * 10_000,
  measuredMs: 10_000,
  planned: 2000,
  intended: 2000,
  sent: 2000,
  acknowledged: 2000,
  good: 2000,
  late: 0,
  lost: 0,
  errors: 0,
  unsent: 0,
  pending: 0,
  duplicated: 0,
  reordered: 0,
  deliveredPerSec: 200,
  latencyMs: { count: 2000, p50: 2.1, p95: 8, p99: 14, max: 40 },
  verdict: "good",
  curtailed: false,
  hard: false,
  reason: "no message missed the deadline",
  latenessP99Ms: 1.2,
  cpuRatio: 0.2,
  ...change,
});

function report(change: object = {}): FixedRunReport {
  return FixedRunReport.parse({
    schema: "loadstone/run/1",
    run: {
      id: "abc123",
      verdict: "passed",
      reason: "100 % of 4 000 within 250 ms in 2 of 3 windows; recovered from 1 planned fault",
      exitCode: 0,
      target: { kind: "broker", url: "mqtt://127.0.0.1:1883", name: null, version: null },
      scenario: "reconnect-storm",
      axis: "relay",
      seed: 1,
      startedAtMs: 1_795_000_000_000,
      endedAtMs: 1_795_000_031_000,
    },
    load: {
      pace: "constant",
      meanPerSec: 200,
      peakPerSec: 200,
      units: 100,
      plannedMs: 30_000,
      measuredMs: 30_000,
    },
    objective: {
      axis: "relay",
      deadlineMs: 250,
      maxBadRatio: 0.01,
      maxLostRatio: 0.0001,
      maxGrowthRatio: 0.01,
      growthSlack: 10,
    },
    badRatio: 0,
    lostRatio: 0,
    delivery: {
      axis: "relay",
      intended: 6000,
      sent: 5940,
      acknowledged: 5940,
      delivered: 5930,
      lost: 10,
      errors: 0,
      unsent: 60,
      pending: 0,
      duplicated: 0,
      reordered: 0,
    },
    late: 0,
    unsentByClass: { "planned-fault": 60 },
    errorsByClass: {},
    latencyMs: { count: 5930, p50: 2.1, p95: 8, p99: 14, max: 40 },
    sessions: {
      closedByTarget: 0,
      closedByPlan: 50,
      closes: { "dropped-by-plan": 50 },
      reconnects: 50,
      connectErrors: { refused: 3 },
      away: 0,
    },
    faults: [
      {
        kind: "reconnect-storm",
        plannedAtMs: 10_000,
        beganAtMs: 10_100,
        planned: 50,
        observed: 50,
        closes: { "dropped-by-plan": 50 },
        connectErrors: { refused: 3 },
        disturbed: 70,
        reconnectedMs: 1200,
        recoveredMs: 3200,
        withinMs: 30_000,
        verdict: "recovered",
      },
    ],
    generator: {
      limited: false,
      windows: 3,
      invalidWindows: 0,
      worst: health,
      cpuMeanRatio: 0.2,
      rssFirstBytes: 140_000_000,
      rssLastBytes: 150_000_000,
      rssMaxBytes: 155_000_000,
      loadstoneVersion: "0.1.0",
      nodeVersion: "v20.20.2",
      platform: "linux-x64",
      cpus: 2,
    },
    windows: [
      window(0),
      window(1, { good: 1930, lost: 10, unsent: 60, verdict: "bad", reason: "10 lost" }),
      window(2),
    ],
    advice: ["How much it holds: loadstone grade --broker mqtt://127.0.0.1:1883"],
    ...change,
  });
}

const plain = (one: FixedRunReport, width = 100) => renderFixedRun(one, { color: false, width });

describe("the end of a run of given load", () => {
  test("says the verdict first and what to do last", () => {
    const lines = plain(report()).split("\n");
    expect(lines[0]).toMatch(/^✓ PASSED {2}100 % of 4 000/);
    const titles = lines.filter((line) => line.startsWith("█")).map((line) => line.slice(2));
    expect(titles).toEqual([
      "LOAD",
      "OBJECTIVE",
      "FAULTS",
      "WINDOWS",
      "DELIVERY",
      "SESSIONS",
      "GENERATOR",
      "WHAT TO DO NEXT",
    ]);
  });

  test("tells of a fault when it recovered, in how many Units it was seen, and where", () => {
    const text = plain(report());
    expect(text).toContain("✓ reconnect-storm at 10 s");
    expect(text).toContain("recovered after 3.2 s · every Unit back after 1.2 s · allowed 30.0 s");
    expect(text).toContain("seen in 50 of 50 Units");
    expect(text).toMatch(/10 s .*✗ reconnect-storm/);
    expect(text).toContain("10 lost");
    expect(text).not.toMatch(/ 0 s .*reconnect-storm/);
  });

  test("adds both sides up, and says when they do not", () => {
    expect(plain(report())).toMatch(/intended 6 000 · sent 5 940[\s\S]*✓ adds up/);
    const { delivery } = report();
    const off = report({ delivery: { ...delivery, delivered: 5900 } });
    expect(plain(off)).toContain("✗ off by 30");
  });

  test("counts as due what was, not what a window cut short was to have", () => {
    const text = plain(report({ windows: [window(0, { planned: 2000, intended: 1234 })] }));
    expect(text).toMatch(/ 0 s +1 234 /);
  });

  test("leaves out what a run had none of", () => {
    const text = plain(report({ faults: [], sessions: null, latencyMs: null }));
    expect(text).not.toMatch(/FAULTS|SESSIONS|latency/);
  });

  test("shows of many windows the first, the last and those in trouble", () => {
    const windows = Array.from({ length: 100 }, (_, i) =>
      window(i, i === 50 ? { verdict: "bad", reason: "half of it late" } : {}),
    );
    const text = plain(report({ windows }));
    expect(text).toContain("half of it late");
    expect(text).toContain("and 93 more windows");
  });

  test.each([50, 80, 120])("stays within %i columns", (width) => {
    const long = plain(report(), width).split("\n");
    expect(long.filter((line) => line.length > width)).toEqual([]);
  });

  test("repeats in colour what it says without", () => {
    const colored = renderFixedRun(report(), { color: true, width: 100 });
    expect(uncolored(colored)).toBe(plain(report()));
  });
});

test("a running one is told in one line", () => {
  const view = {
    axis: "relay",
    elapsedMs: 12_000,
    durationMs: 300_000,
    intendedPerSec: 5000,
    deliveredPerSec: 4990,
    latencyP99Ms: 12,
    late: 0,
    lost: 3,
    unsent: 0,
    units: 9990,
    unitsWanted: 10_000,
    cpuRatio: 0.41,
    fault: "reconnect-storm",
  } as const;
  expect(renderFixedProgress(view)).toBe(
    "12 s of 5 min 00 s · Relay 4 990/s of 5 000/s · p99 12 ms · lost 3 · Units 9 990/10 000 · " +
      "CPU 41 % · reconnect-storm",
  );
  expect(renderFixedProgress({ ...view, units: 0, unitsWanted: 0 })).not.toContain("Units");
});
