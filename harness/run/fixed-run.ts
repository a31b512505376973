import { setMaxListeners } from "node:events";
import type { FixedRunReport } from "#grader/contracts/fixed-run.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import { buildFixedReport } from "#grader/fixed-run/report.ts";
import type { StoreWriter } from "#harness/store/store.ts";
import type { SessionControl } from "../axes/session-control.ts";
import type { AxisMeasurer } from "../engine/axis-measurer.ts";
import { ERRORS, LoadstoneError } from "../errors.ts";
import type { Clock } from "../load/clock.ts";
import { asPlan, type FixedPlan } from "../plan/fixed-plan.ts";
import type { RunTarget } from "../target/target.ts";
import { REPORT_EVENT, storedReport } from "./fixed-report.ts";
import { generatorFacts, LOADSTONE_VERSION, runOwner } from "./environment.ts";
import { drainFixed, measureFixed } from "./fixed-measure.ts";
import { type FixedNews, FixedWatch } from "./fixed-watch.ts";
import { paceText, storedPlan } from "./fixed-words.ts";
import { ResourceWatch } from "./resource-watch.ts";
import { beat, type Ended } from "./heartbeat.ts";
import { RunRecord } from "./run-record.ts";
import { StoreWatch } from "./store-watch.ts";

export interface FixedRunOptions {
  readonly runId: string;
  readonly plan: FixedPlan;
  readonly target: RunTarget;
  readonly store: StoreWriter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly hurry: AbortSignal;
  readonly onNews: (news: FixedNews) => void;
}

export type FinishedRun = Ended<FixedRunReport>;

/** A whole run of given load: connected, driven, drained, cleaned up, judged and stored. */
export async function fixedRun(options: FixedRunOptions): Promise<FinishedRun> {
  const { store, clock, onNews } = options;
  const startedAtMs = clock.wall();
  const record = openRecord(options, startedAtMs);
  const storeWatch = new StoreWatch(store, onNews);
  using _heart = beat(record, storeWatch);
  try {
    const resources = new ResourceWatch(options.target, record);
    await resources.begin();
    const measured = await measure(options, record);
    await resources.end();
    const cleanUp = await options.target.cleanUp();
    const report = reportOf(options, measured, startedAtMs);
    const { reason } = report.run;
    record.event(REPORT_EVENT, "info", options.plan.axis, reason, storedReport(report));
    record.finish(report.run.verdict, report.run.reason, report.run.endedAtMs);
    const storeTrouble = await storeWatch.atEnd();
    return { report, cleanUp, error: measured.error, storeTrouble };
  } catch (error) {
    record.event("error", "error", null, String(error));
    record.finish("invalid", "internal error", clock.wall());
    await Promise.allSettled([options.target.cleanUp(), store.flush()]);
    throw error;
  }
}

interface Measured {
  readonly trials: readonly Trial[];
  readonly watch: FixedWatch;
  readonly error: LoadstoneError | undefined;
}

async function measure(options: FixedRunOptions, record: RunRecord): Promise<Measured> {
  const { plan, target, signal, onNews } = options;
  const trials: Trial[] = [];
  const watch = new FixedWatch(options, record);
  try {
    const [axisPlan] = asPlan(plan).axes;
    onNews({ kind: "message", text: `preparing ${plan.units} Units` });
    await using measurer = await target.openAxis(axisPlan, signal);
    await measurer.prepare(plan.peakLoad, signal);
    record.event("state", "info", plan.axis, `${plan.axis} begins`);
    await drive(options, measurer, watch, (trial) => {
      trials.push(trial);
      options.store.write("trials", trial);
    });
    return { trials, watch, error: undefined };
  } catch (error) {
    if (signal.aborted) return { trials, watch, error: undefined };
    if (!(error instanceof LoadstoneError)) throw error;
    record.event("error", "error", plan.axis, error.message, { code: error.code });
    return { trials, watch, error };
  }
}

/** The load itself, its Units kept connected and disturbed as planned, then silence. */
async function drive(
  options: FixedRunOptions,
  measurer: AxisMeasurer,
  watch: FixedWatch,
  onTrial: (trial: Trial) => void,
): Promise<void> {
  const { plan, runId, signal, hurry } = options;
  const ended = new AbortController();
  // Each Unit that connects listens to it.
  setMaxListeners(0, ended.signal);
  const context = { runId, signal, hurry, onTrial };
  let index: number;
  try {
    const sessions = keepSessions(plan, measurer, ended.signal);
    await using _looking = watch.begin(measurer, sessions);
    index = await measureFixed(plan, measurer, context);
  } finally {
    ended.abort();
  }
  await drainFixed(index, measurer, context);
}

/** Undefined where Units that go away stay away, or the axis has none. */
function keepSessions(
  plan: FixedPlan,
  { sessions }: AxisMeasurer,
  signal: AbortSignal,
): SessionControl | undefined {
  const { reconnect: backOff, seed, faults } = plan;
  if (sessions === undefined && faults.length > 0) {
    throw new LoadstoneError("SCENARIO_INVALID", "these Units' sessions cannot be disturbed", {
      hint: "take the faults out of the scenario",
    });
  }
  if (sessions === undefined || backOff === undefined) return undefined;
  sessions.keep({ backOff, seed }, signal);
  return sessions;
}

function openRecord(options: FixedRunOptions, startedAtMs: number): RunRecord {
  const { plan, target, runId } = options;
  return new RunRecord(options.store, options.clock, {
    runId,
    targetKind: target.kind,
    targetUrl: target.url,
    // A run of given load has no depth; its plan says what it is.
    depth: "quick",
    axes: [plan.axis],
    seed: plan.seed,
    startedAtMs,
    plan: JSON.stringify(storedPlan(plan)),
    environment: JSON.stringify({ ...generatorFacts(plan.workers), ...runOwner() }),
    loadstoneVersion: LOADSTONE_VERSION,
  });
}

function reportOf(
  { plan, target, runId, clock, signal }: FixedRunOptions,
  { trials, watch, error }: Measured,
  startedAtMs: number,
): FixedRunReport {
  const { kind, url, name, version } = target;
  return buildFixedReport({
    run: {
      id: runId,
      target: { kind, url, name, version },
      scenario: plan.scenario,
      axis: plan.axis,
      seed: plan.seed,
      startedAtMs,
      endedAtMs: clock.wall(),
    },
    interrupted: signal.aborted,
    error: error && { message: error.message, exitCode: ERRORS[error.code].exit },
    load: {
      pace: paceText(plan),
      meanPerSec: plan.meanLoad,
      peakPerSec: plan.peakLoad,
      units: plan.units,
      plannedMs: plan.durationMs,
    },
    objective: plan.objective,
    trials,
    latencyMs: watch.latencyMs ?? null,
    sessions: watch.sessions ?? null,
    faults: watch.faults,
    generator: generatorFacts(plan.workers),
  });
}
