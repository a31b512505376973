import { once } from "node:events";
import { createServer } from "node:net";
import { Aedes } from "aedes";
import { afterEach, describe, expect, test } from "vitest";
import { FixedRunReport } from "#grader/contracts/fixed-run.ts";
import { openMemoryStore } from "#harness/store/memory.ts";
import { systemClock } from "../../load/clock.ts";
import { asPlan, type FixedPlanInput, makeFixedPlan } from "../../plan/fixed-plan.ts";
import { BACK_OFFS } from "../../axes/back-off.ts";
import { fixedRun } from "../../run/fixed-run.ts";
import type { FixedNews } from "../../run/fixed-watch.ts";
import { loadObjectives, loadScenario, SCENARIO_DIRECTORY } from "../../scenario/load.ts";
import { checkTarget } from "../../scenario/target-gate.ts";
import { openBrokerTarget } from "../../target/broker-target.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function startBroker(): Promise<number> {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    await new Promise<void>((resolve) => {
      broker.close(resolve);
    });
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function running(
  port: number,
  change: Partial<FixedPlanInput> = {},
  signal = new AbortController().signal,
) {
  const relay = await loadScenario(new URL("waves/relay-broker.yaml", SCENARIO_DIRECTORY));
  const traffic = change.traffic ?? relay;
  const objectives = await loadObjectives(new URL("objectives.yaml", SCENARIO_DIRECTORY));
  const objective = objectives.find(({ axis }) => axis === traffic.axis);
  if (objective === undefined) throw new Error("no objective");
  const plan = makeFixedPlan({
    scenario: "test",
    about: "A test.",
    targetKind: "broker",
    seed: 1,
    pace: { kind: "steady", perSec: 200, arrivals: "constant" },
    durationMs: 2000,
    units: 20,
    connectsPerSec: 500,
    keepAliveSec: 60,
    reconnect: BACK_OFFS.device,
    faults: [],
    // What is asked here is that all is counted, not how fast a busy machine is.
    objective: { ...objective, deadlineMs: 5000 },
    traffic,
    ...change,
  });
  const address = await checkTarget(`mqtt://127.0.0.1:${port}`, {
    lookup: () => Promise.resolve([]),
    yes: false,
  });
  const context = {
    runId: "test123456",
    seed: plan.seed,
    maxUnits: plan.units,
    connectsPerSec: plan.connectsPerSec,
    onProgress: () => {},
  };
  const never = new AbortController().signal;
  const target = await openBrokerTarget({
    target: address,
    plan: asPlan(plan),
    context,
    credentials: {},
    signal: never,
  });
  closing.push(async () => target[Symbol.asyncDispose]());
  const store = openMemoryStore();
  const news: FixedNews[] = [];
  const { runId } = context;
  const run = fixedRun({
    runId,
    plan,
    target,
    store,
    clock: systemClock,
    signal,
    hurry: never,
    onNews: (one) => news.push(one),
  });
  return { run, store, news };
}

const endsOf = ({ delivery: d }: FixedRunReport): number =>
  d.delivered + d.lost + d.errors + d.unsent + d.pending;

describe("a run of given load", () => {
  test("sends exactly what was due over idle Units too, stores and reports it", async () => {
    const { run, store, news } = await running(await startBroker());
    const { report, error } = await run;
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
    expect(news.some(({ kind }) => kind === "progress")).toBe(true);
  });

  test("keeps one schedule over all its windows", async () => {
    const ramp = { kind: "ramp", fromPerSec: 0, toPerSec: 40, overMs: 12_000 } as const;
    const pace = { ...ramp, arrivals: "constant" } as const;
    const { run } = await running(await startBroker(), { pace, durationMs: 12_000 });
    const { report } = await run;
    // A quarter of the area under a ramp lies in its first half.
    expect(report.windows.map(({ planned }) => planned)).toEqual([60, 180]);
    expect(endsOf(report)).toBe(240);
  });

  test("holds Units connected where the load is a stock", async () => {
    const traffic = await loadScenario(new URL("waves/link.yaml", SCENARIO_DIRECTORY));
    const pace = { kind: "steady", perSec: 8, arrivals: "constant" } as const;
    const { run } = await running(await startBroker(), { traffic, pace });
    const { report } = await run;
    expect(report.delivery).toMatchObject({ axis: "link", intended: 8, delivered: 8 });
  });

  test("stopped by hand says what was measured until then, all accounted for", async () => {
    const stop = new AbortController();
    const { run, news } = await running(await startBroker(), { durationMs: 600_000 }, stop.signal);
    while (!news.some(({ kind }) => kind === "progress")) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    stop.abort(new Error("by hand"));
    const { report } = await run;
    expect(report.run).toMatchObject({ verdict: "interrupted", exitCode: 105 });
    expect(report.delivery.delivered).toBeGreaterThan(100);
    expect(report.delivery.pending).toBe(0);
    expect(endsOf(report)).toBe(report.delivery.intended);
  });
});
