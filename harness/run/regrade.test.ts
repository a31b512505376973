import { describe, expect, test } from "vitest";
import type { RunTarget } from "../target/target.ts";
import { render } from "#reports/render/render.ts";
import { openMemoryStore } from "#harness/store/memory.ts";
import type { Depth } from "#grader/contracts/capacity.ts";
import { type Clock, systemClock } from "../load/clock.ts";
import { skippingClock } from "../test/skipping-clock.ts";
import { makePlan, type Plan } from "../plan/plan.ts";
import { loadObjectives, loadScenario, SCENARIO_DIRECTORY } from "../scenario/load.ts";
import { gradeRun } from "./grade-run.ts";
import { regrade, type StoredRun } from "./regrade.ts";
import { virtualAxis } from "./virtual-axis.suite.ts";

const AXES = ["relay", "api"] as const;

const file = (id: string) => new URL(`waves/${id}.yaml`, SCENARIO_DIRECTORY);

async function planned(depth: Depth): Promise<Plan> {
  return makePlan({
    targetKind: "instance",
    depth,
    seed: 1,
    axes: AXES,
    scenarios: await Promise.all(AXES.map((axis) => loadScenario(file(axis)))),
    objectives: await loadObjectives(new URL("objectives.yaml", SCENARIO_DIRECTORY)),
    maxUnits: 50_000,
    connectsPerSec: 16,
    harmCeilingSec: 60,
    joint: true,
  });
}

const target: RunTarget = {
  kind: "instance",
  url: "http://127.0.0.1",
  name: "simulated",
  version: "1",
  axes: AXES,
  openAxis: ({ axis }) => Promise.resolve(virtualAxis(axis, axis === "api" ? "B" : "A", 7)),
  openJoint: () => Promise.resolve(virtualAxis("joint", "J", 7)),
  cleanUp: () => Promise.resolve({ removed: 0, left: [] }),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

interface Asked {
  readonly depth?: Depth;
  readonly clock?: Clock;
  /** The run is stopped by hand after so many windows. */
  readonly stopAfter?: number;
  readonly said?: string[];
}

/** A grading of simulated targets, as the store has it afterwards. */
async function graded({
  depth = "glance",
  clock = systemClock,
  stopAfter = Infinity,
  said = [],
}: Asked = {}): Promise<StoredRun> {
  const stop = new AbortController();
  const store = openMemoryStore();
  const plan = await planned(depth);
  const runId = "run-1";
  let written = 0;
  await gradeRun({
    runId,
    plan,
    target,
    store: {
      ...store,
      write: (table, row) => {
        store.write(table, row);
        if (table === "trials" && ++written === stopAfter) stop.abort();
      },
    },
    clock,
    signal: stop.signal,
    onNews: (news) => {
      if (news.kind === "message") said.push(news.text);
    },
    previousLetter: "B",
    min: undefined,
  });
  const [row, report] = [await store.readRun(runId), await store.readReport(runId)];
  if (row === undefined || report === undefined) throw new Error("nothing was stored");
  return {
    plan: JSON.parse(row.plan) as Plan,
    trials: await store.readTrials(runId),
    report,
    previousLetter: "B",
  };
}

describe("a stored run judged anew", () => {
  test("gives the report it had, byte for byte", async () => {
    const stored = await graded();
    expect(stored.report.axes.map(({ verdict }) => verdict)).toContain("measured");
    expect(stored.report.joint?.verdict).toBe("measured");
    expect(render(regrade(stored), "json")).toBe(render(stored.report, "json"));
  });

  test("takes no trial at its word that its neighbours gainsay", async () => {
    const stored = await graded();
    const at = stored.trials.findIndex(({ verdict }) => verdict === "good");
    const trials = stored.trials.map((trial, index) =>
      index === at ? { ...trial, verdict: "bad" as const } : trial,
    );
    expect(() => regrade({ ...stored, trials })).toThrow("this version's search");
  });

  test("of a certificate too, whose slices lie five minutes apart", async () => {
    const clock = skippingClock();
    const said: string[] = [];
    const beganMs = clock.now();
    const stored = await graded({ depth: "certify", clock, said });
    const slices = said.filter((text) => text.startsWith("leaving Relay alone for 300 s"));
    expect(slices.length).toBeGreaterThan(0);
    expect(clock.now() - beganMs).toBeGreaterThanOrEqual(slices.length * 300_000);
    expect(render(regrade(stored), "json")).toBe(render(stored.report, "json"));
  });

  test("of a run cut off by hand gives what was known then", async () => {
    const stored = await graded({ stopAfter: 5 });
    expect(stored.report.run.verdict).toBe("interrupted");
    expect(stored.trials.length).toBeGreaterThan(2);
    expect(render(regrade(stored), "json")).toBe(render(stored.report, "json"));
  });

  test("says so where this version would have searched otherwise", async () => {
    const stored = await graded();
    const [first, ...rest] = stored.trials;
    if (first === undefined) throw new Error("no trials");
    const trials = [{ ...first, load: first.load + 1 }, ...rest];
    expect(() => regrade({ ...stored, trials })).toThrow("this version's search asks for wave");
  });
});
