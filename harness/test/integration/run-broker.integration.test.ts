import { afterEach, describe, expect, test } from "vitest";
import { FixedRunReport } from "#grader/contracts/fixed-run.ts";
import { loadScenario, SCENARIO_DIRECTORY } from "../../scenario/load.ts";
import { readFixedReport } from "../../run/fixed-report.ts";
import { endsOf, runFixed } from "../fixed-run.ts";
import { startAedes } from "../../transport/mqtt/aedes.suite.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function startBroker(): Promise<number> {
  const { port, stop } = await startAedes();
  closing.push(stop);
  return port;
}

describe("a run of given load", () => {
  test("sends exactly what was due over idle Units too, stores and reports it", async () => {
    await using running = await runFixed(await startBroker());
    const { store, news } = running;
    const { report, error } = await running.run;
    expect(error).toBeUndefined();
    expect(FixedRunReport.parse(report)).toEqual(report);
    expect(report.delivery.intended).toBe(400);
    expect(endsOf(report)).toBe(400);
    expect(report.load).toMatchObject({ units: 20, meanPerSec: 200 });
    expect(report.generator.worst?.openSockets).toBe(20);
    const trials = await store.readTrials("test123456");
    expect(trials.map(({ phase }) => phase)).toEqual(["soak", "drain"]);
    const seconds = await store.readSeconds("test123456", 0);
    expect(seconds.reduce((sum, second) => sum + second.intended, 0)).toBe(400);
    const stored = await store.readRun("test123456");
    expect(stored).toMatchObject({ state: "finished", verdict: report.run.verdict });
    expect(JSON.parse(stored?.plan ?? "")).toMatchObject({ kind: "run", scenario: "test" });
    expect(await readFixedReport(store, "test123456")).toEqual(report);
    expect(news.some(({ kind }) => kind === "progress")).toBe(true);
  });

  test("keeps one schedule over all its windows", async () => {
    const ramp = { kind: "ramp", fromPerSec: 0, toPerSec: 40, overMs: 12_000 } as const;
    const pace = { ...ramp, arrivals: "constant" } as const;
    await using running = await runFixed(await startBroker(), { pace, durationMs: 12_000 });
    const { report } = await running.run;
    // A quarter of the area under a ramp lies in its first half.
    expect(report.windows.map(({ planned }) => planned)).toEqual([60, 180]);
    expect(endsOf(report)).toBe(240);
  });

  test("holds Units connected where the load is a stock", async () => {
    const traffic = await loadScenario(new URL("waves/link.yaml", SCENARIO_DIRECTORY));
    const pace = { kind: "steady", perSec: 8, arrivals: "constant" } as const;
    await using running = await runFixed(await startBroker(), { traffic, pace });
    const { report } = await running.run;
    expect(report.delivery).toMatchObject({ axis: "link", intended: 8, delivered: 8 });
  });

  test("stopped by hand says what was measured until then, all accounted for", async () => {
    const stop = new AbortController();
    const port = await startBroker();
    await using running = await runFixed(port, { durationMs: 600_000 }, stop.signal);
    await running.reached(1000);
    stop.abort(new Error("by hand"));
    const { report } = await running.run;
    expect(report.run).toMatchObject({ verdict: "interrupted", exitCode: 105 });
    expect(report.delivery.delivered).toBeGreaterThan(100);
    expect(report.delivery.pending).toBe(0);
    expect(endsOf(report)).toBe(report.delivery.intended);
  });
});
