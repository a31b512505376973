import { loadObjectives, loadScenario, SCENARIO_DIRECTORY } from "../scenario/load.ts";
import { checkTarget } from "../scenario/target-gate.ts";
import { openBrokerTarget } from "../target/broker-target.ts";
import { openMemoryStore } from "#harness/store/memory.ts";
import type { FixedRunReport } from "#grader/contracts/fixed-run.ts";
import { BACK_OFFS } from "../axes/back-off.ts";
import { systemClock } from "../load/clock.ts";
import { asPlan, type FixedPlanInput, makeFixedPlan } from "../plan/fixed-plan.ts";
import { type FinishedRun, fixedRun } from "../run/fixed-run.ts";
import type { FixedNews } from "../run/fixed-watch.ts";

export interface RunningFixed extends AsyncDisposable {
  readonly run: Promise<FinishedRun>;
  readonly store: ReturnType<typeof openMemoryStore>;
  readonly news: FixedNews[];
  /** Resolves once the load has gone on for so long. */
  reached(elapsedMs: number): Promise<void>;
}

/** Two hundred messages a second over twenty Units of a bare broker, unless said otherwise. */
export async function runFixed(
  port: number,
  change: Partial<FixedPlanInput> = {},
  signal = new AbortController().signal,
): Promise<RunningFixed> {
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
    objective: { ...objective, deadlineMs: 1500 },
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
    keepAliveSec: plan.keepAliveSec,
  };
  const never = new AbortController().signal;
  const target = await openBrokerTarget({
    target: address,
    plan: asPlan(plan),
    context,
    access: { credentials: {}, certificates: {} },
    signal: never,
  });
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
  return {
    run,
    store,
    news,
    reached: async (elapsedMs) => {
      const isThere = (one: FixedNews) =>
        one.kind === "progress" && one.view.elapsedMs >= elapsedMs;
      while (!news.some(isThere)) {
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
    },
    [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
  };
}

/** Where all that was due ended. */
export const endsOf = ({ delivery: d }: FixedRunReport): number =>
  d.delivered + d.lost + d.errors + d.unsent + d.pending;
