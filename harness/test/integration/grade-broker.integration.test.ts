import { afterEach, describe, expect, test } from "vitest";
import { Report } from "#grader/contracts/report.ts";
import { openMemoryStore } from "#harness/store/memory.ts";
import { systemClock } from "../../load/clock.ts";
import { makePlan } from "../../plan/plan.ts";
import { gradeRun } from "../../run/grade-run.ts";
import type { RunNews } from "../../run/progress.ts";
import { loadObjectives, loadScenario, SCENARIO_DIRECTORY } from "../../scenario/load.ts";
import { checkTarget } from "../../scenario/target-gate.ts";
import { openBrokerTarget } from "../../target/broker-target.ts";
import { startAedes } from "../../transport/mqtt/aedes.suite.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function startBroker(): Promise<number> {
  const { port, stop } = await startAedes();
  closing.push(stop);
  return port;
}

async function grading(port: number, axis: "link" | "relay", signal: AbortSignal) {
  const plan = makePlan({
    targetKind: "broker",
    depth: "glance",
    seed: 1,
    axes: [axis],
    scenarios: [
      await loadScenario(new URL("waves/link.yaml", SCENARIO_DIRECTORY)),
      await loadScenario(new URL("waves/relay-broker.yaml", SCENARIO_DIRECTORY)),
    ],
    objectives: await loadObjectives(new URL("objectives.yaml", SCENARIO_DIRECTORY)),
    maxUnits: 10,
    connectsPerSec: 100,
    harmCeilingSec: 60,
  });
  const address = await checkTarget(`mqtt://127.0.0.1:${port}`, {
    lookup: () => Promise.resolve([]),
    yes: false,
  });
  const context = {
    runId: "test123456",
    seed: 1,
    maxUnits: 10,
    connectsPerSec: 100,
    onProgress: () => {},
  };
  const target = await openBrokerTarget({
    target: address,
    plan,
    context,
    access: { credentials: {}, certificates: {} },
    signal: new AbortController().signal,
  });
  closing.push(async () => target[Symbol.asyncDispose]());
  const store = openMemoryStore();
  const news: RunNews[] = [];
  const run = gradeRun({
    runId: context.runId,
    plan,
    target,
    store,
    clock: systemClock,
    signal,
    onNews: (one) => news.push(one),
    previousLetter: undefined,
    min: undefined,
  });
  return { run, store, news };
}

describe("grading a broker", () => {
  test("holds Units connected, stores what it saw and reports it", async () => {
    const { run, store, news } = await grading(
      await startBroker(),
      "link",
      new AbortController().signal,
    );
    const { report, error } = await run;
    expect(error).toBeUndefined();
    expect(Report.parse(report)).toEqual(report);
    expect(report.run).toMatchObject({ verdict: "passed", exitCode: 0 });
    const link = report.axes.find(({ id }) => id === "link");
    expect(link).toMatchObject({
      verdict: "censored",
      capacity: { value: 10, high: null, rated: 10 },
      flags: ["censored", "plan-limited"],
    });
    expect(report.axes.find(({ id }) => id === "api")?.flags).toEqual(["not-applicable"]);
    expect(await store.readTrials("test123456")).toHaveLength(report.waves.length);
    expect(await store.readReport("test123456")).toEqual(report);
    expect((await store.readRun("test123456"))?.state).toBe("finished");
    expect((await store.readSeconds("test123456", 0)).length).toBeGreaterThan(2);
    expect(news.some(({ kind }) => kind === "progress")).toBe(true);
  });

  test("stopped by hand ends at once, keeps its trials and says interrupted", async () => {
    const stop = new AbortController();
    const { run, store } = await grading(await startBroker(), "relay", stop.signal);
    await firstTrial(store);
    stop.abort(new Error("by hand"));
    const { report } = await run;
    expect(report.run).toMatchObject({ verdict: "interrupted", exitCode: 105 });
    expect(report.waves.length).toBeGreaterThan(0);
    expect((await store.readRun("test123456"))?.verdict).toBe("interrupted");
  });

  test("that is not there is a coded error before anything is measured", async () => {
    const opening = grading(1, "relay", new AbortController().signal);
    await expect(opening).rejects.toMatchObject({ code: "TARGET_UNREACHABLE" });
  });

  test("that dies ends the run with a coded error, and what it held until then is kept", async () => {
    const { run, store } = await grading(
      await startBroker(),
      "relay",
      new AbortController().signal,
    );
    await firstTrial(store);
    for (const close of closing.splice(0, 1)) await close();
    const { report, error } = await run;
    expect(error?.code).toBe("TARGET_UNREACHABLE");
    expect(report.run).toMatchObject({ verdict: "invalid", exitCode: 121 });
    expect(report.axes.find(({ id }) => id === "relay")?.flags).toContain("no-recovery");
    expect((await store.readRun("test123456"))?.state).toBe("finished");
  });
});

/** Waits for a trial to be stored, looking at each turn of the event loop. */
async function firstTrial(store: ReturnType<typeof openMemoryStore>): Promise<void> {
  while ((await store.readTrials("test123456")).length === 0) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
