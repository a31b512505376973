import { createHash } from "node:crypto";
import type { AxisResult } from "#grader/contracts/capacity.ts";
import type { Letter, Report, RunFacts, RunVerdict } from "#grader/contracts/report.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import { buildReport } from "#grader/report.ts";
import type { StoreWriter } from "#harness/store/store.ts";
import { EXIT, LoadstoneError } from "../errors.ts";
import type { Clock } from "../load/clock.ts";
import type { Plan } from "../plan/plan.ts";
import type { CleanUp, RunTarget } from "../target/target.ts";
import { generatorFacts, LOADSTONE_VERSION, runOwner } from "./environment.ts";
import type { RunNews } from "./progress.ts";
import { RunRecord } from "./run-record.ts";
import { createSearch, searchAxis } from "./search-axis.ts";

export interface GradeRunOptions {
  readonly runId: string;
  readonly plan: Plan;
  readonly target: RunTarget;
  readonly store: StoreWriter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onNews: (news: RunNews) => void;
  /** The letter the target holds from an earlier run, which noise alone must not change. */
  readonly previousLetter: Letter | undefined;
}

export interface GradedRun {
  readonly report: Report;
  readonly cleanUp: CleanUp;
  /** The error that ended the run early, if one did. */
  readonly error: LoadstoneError | undefined;
}

const HEARTBEAT_MS = 10_000;

/** A whole run: every axis searched, the report built and stored, the target cleaned up. */
export async function gradeRun(options: GradeRunOptions): Promise<GradedRun> {
  const { plan, target, store, clock, runId, signal } = options;
  const startedAtWallMs = clock.wall();
  const record = new RunRecord(store, clock, {
    runId,
    targetKind: target.kind,
    targetUrl: target.url,
    depth: plan.depth,
    axes: plan.axes.map(({ axis }) => axis),
    seed: plan.seed,
    startedAtMs: startedAtWallMs,
    plan: JSON.stringify(plan),
    environment: JSON.stringify({ ...generatorFacts(), ...runOwner() }),
    loadstoneVersion: LOADSTONE_VERSION,
  });
  const heart = setInterval(() => record.heartbeat(), HEARTBEAT_MS);
  try {
    const { results, trials, error } = await searchAll(options, record);
    const facts = runFacts(options, results, error, startedAtWallMs);
    const report = buildReport({
      run: facts,
      axes: results,
      trials,
      objectives: plan.axes.map(({ objective }) => objective),
      generator: generatorFacts(),
      previousLetter: options.previousLetter,
    });
    // Cleaning up comes before the last words, so that they can say what is left.
    const cleanUp = await cleanTarget(options, record);
    record.grade(report, digestOf(report));
    record.finish(facts.verdict, facts.reason, facts.endedAtMs);
    await store.flush();
    return { report, cleanUp, error };
  } catch (error) {
    record.event("error", "error", null, String(error));
    record.finish("invalid", signal.aborted ? "stopped by hand" : "internal error", clock.wall());
    await cleanTarget(options, record);
    await store.flush();
    throw error;
  } finally {
    clearInterval(heart);
  }
}

interface Searched {
  readonly results: AxisResult[];
  readonly trials: Trial[];
  readonly error: LoadstoneError | undefined;
}

async function searchAll(options: GradeRunOptions, record: RunRecord): Promise<Searched> {
  const { plan, target, signal, onNews } = options;
  const results: AxisResult[] = [];
  const trials: Trial[] = [];
  const startedAtMs = options.clock.now();
  for (const [position, axisPlan] of plan.axes.entries()) {
    if (signal.aborted) break;
    const later = plan.axes.slice(position + 1);
    const laterMs = later.reduce((sum, axis) => sum + createSearch(axis).state().remainingMs, 0);
    try {
      onNews({ kind: "message", text: `preparing ${axisPlan.axis}` });
      record.event("state", "info", axisPlan.axis, `${axisPlan.axis} begins`);
      await using measurer = await target.openAxis(axisPlan, signal);
      const found = await searchAxis(axisPlan, measurer, {
        ...options,
        record,
        startedAtMs,
        laterMs,
        axisNumber: position + 1,
        axisCount: plan.axes.length,
        firstIndex: trials.length,
      });
      results.push(found.result);
      trials.push(...found.trials);
      record.event("state", "info", axisPlan.axis, `${axisPlan.axis}: ${found.result.reason}`);
    } catch (error) {
      if (signal.aborted) break;
      if (!(error instanceof LoadstoneError)) throw error;
      record.event("error", "error", axisPlan.axis, error.message, { code: error.code });
      return { results, trials, error };
    }
  }
  return { results, trials, error: undefined };
}

async function cleanTarget(options: GradeRunOptions, record: RunRecord): Promise<CleanUp> {
  const cleanUp = await options.target.cleanUp();
  if (cleanUp.left.length > 0) {
    record.event("clean-up", "warning", null, `${cleanUp.left.length} objects are left behind`, {
      left: cleanUp.left,
    });
  }
  return cleanUp;
}

function runFacts(
  options: GradeRunOptions,
  results: readonly AxisResult[],
  error: LoadstoneError | undefined,
  startedAtMs: number,
): RunFacts {
  const { runId, plan, target, clock, signal } = options;
  const { verdict, reason, exitCode } = verdictOf(plan, results, error, signal.aborted);
  const { kind, url, name, version } = target;
  return {
    id: runId,
    verdict,
    reason,
    target: { kind, url, name, version },
    depth: plan.depth,
    seed: plan.seed,
    startedAtMs,
    endedAtMs: clock.wall(),
    axes: plan.axes.map(({ axis }) => axis),
    exitCode,
  };
}

interface Ending {
  readonly verdict: RunVerdict;
  readonly reason: string;
  readonly exitCode: number;
}

/** How a run ends; the first that applies wins. */
export function verdictOf(
  plan: Plan,
  results: readonly AxisResult[],
  error: LoadstoneError | undefined,
  interrupted: boolean,
): Ending {
  if (interrupted) {
    const reason = "stopped by hand; what was measured until then is kept";
    return { verdict: "interrupted", reason, exitCode: EXIT.interrupted };
  }
  if (error !== undefined) {
    return { verdict: "invalid", reason: error.message, exitCode: EXIT.unreachable };
  }
  const failed = results.find(({ verdict }) => verdict === "failed");
  if (failed !== undefined) {
    const reason = `${failed.id}: ${failed.reason}`;
    return { verdict: "failed", reason, exitCode: EXIT.objectiveFailed };
  }
  const open = results.find(({ verdict }) => verdict === "inconclusive");
  if (open !== undefined || results.length < plan.axes.length) {
    const reason = `${open?.id ?? "an axis"} has no answer: ${open?.reason ?? "not measured"}`;
    return { verdict: "invalid", reason, exitCode: EXIT.invalidRun };
  }
  const reason = `${results.length} of ${results.length} axes measured`;
  return { verdict: "passed", reason, exitCode: EXIT.ok };
}

const digestOf = (report: Report): string =>
  createHash("sha256").update(JSON.stringify(report)).digest("hex");
