import { createHash } from "node:crypto";
import { type Letter, LETTERS, type Report, type RunFacts } from "#grader/contracts/report.ts";
import { refuseRun } from "#grader/grade/refuse.ts";
import { buildReport } from "#grader/report.ts";
import type { StoreWriter } from "#harness/store/store.ts";
import { ERRORS, EXIT } from "../errors.ts";
import type { Clock } from "../load/clock.ts";
import type { Plan } from "../plan/plan.ts";
import type { CleanUp, RunTarget } from "../target/target.ts";
import { generatorFacts, LOADSTONE_VERSION, runOwner } from "./environment.ts";
import type { RunNews } from "./progress.ts";
import { ResourceWatch } from "./resource-watch.ts";
import { beat, type Ended } from "./heartbeat.ts";
import { RunRecord } from "./run-record.ts";
import { verdictOf } from "./run-verdict.ts";
import { StoreWatch } from "./store-watch.ts";
import { searchAll, type Searched } from "./search-all.ts";

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
  /** The run ends with exit 122 below this letter. */
  readonly min: Letter | undefined;
}

export type GradedRun = Ended<Report>;

/** A whole run: every axis searched, the target cleaned up, the report built and stored. */
export async function gradeRun(options: GradeRunOptions): Promise<GradedRun> {
  const { store, clock, onNews } = options;
  const startedAtMs = clock.wall();
  const record = openRecord(options, startedAtMs);
  const storeWatch = new StoreWatch(store, onNews);
  using _heart = beat(record, storeWatch);
  try {
    const resources = new ResourceWatch(options.target, record);
    await resources.begin();
    const searched = refused(await searchAll({ ...options, record }));
    await resources.end();
    // Cleaning up comes before the last words, so that they can say what is left.
    const cleanUp = await cleanTarget(options, record);
    const report = reportOf(options, searched, cleanUp, startedAtMs);
    record.grade(report, digestOf(report));
    record.finish(report.run.verdict, report.run.reason, report.run.endedAtMs);
    const storeTrouble = await storeWatch.atEnd();
    return { report, cleanUp, error: searched.error, storeTrouble };
  } catch (error) {
    record.event("error", "error", null, String(error));
    record.finish("invalid", "internal error", clock.wall());
    await Promise.allSettled([cleanTarget(options, record)]);
    await Promise.allSettled([store.flush()]);
    throw error;
  }
}

function openRecord(options: GradeRunOptions, startedAtMs: number): RunRecord {
  const { plan, target, runId } = options;
  return new RunRecord(options.store, options.clock, {
    runId,
    targetKind: target.kind,
    targetUrl: target.url,
    depth: plan.depth,
    axes: plan.axes.map(({ axis }) => axis),
    seed: plan.seed,
    startedAtMs,
    plan: JSON.stringify(plan),
    environment: JSON.stringify({ ...generatorFacts(plan.workers), ...runOwner() }),
    loadstoneVersion: LOADSTONE_VERSION,
  });
}

/** What spoiled too many windows of a run takes every number of it back. */
function refused(searched: Searched): Searched {
  const { axes, joint } = refuseRun(searched.results, searched.joint);
  return { ...searched, results: axes, joint };
}

/** The report, its exit code decided last because letter and clean-up have a say in it. */
function reportOf(
  options: GradeRunOptions,
  searched: Searched,
  cleanUp: CleanUp,
  startedAtMs: number,
): Report {
  const { results, joint, trials } = searched;
  const report = buildReport({
    run: runFacts(options, searched, startedAtMs),
    axes: results,
    joint,
    trials,
    objectives: options.plan.axes.map(({ objective }) => objective),
    generator: generatorFacts(options.plan.workers),
    previousLetter: options.previousLetter,
  });
  const { exitCode } = report.run;
  if (exitCode !== EXIT.ok) return report;
  if (cleanUp.left.length > 0) return withExit(report, ERRORS.CLEANUP_INCOMPLETE.exit);
  return meetsMinimum(report, options.min) ? report : withExit(report, EXIT.belowMinimum);
}

const withExit = (report: Report, exitCode: number): Report => ({
  ...report,
  run: { ...report.run, exitCode },
});

/** Letters run from the best to the worst. */
export function meetsMinimum(report: Report, min: Letter | undefined): boolean {
  if (min === undefined) return true;
  const { letter } = report.grade;
  return letter !== null && LETTERS.indexOf(letter) <= LETTERS.indexOf(min);
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

function runFacts(options: GradeRunOptions, searched: Searched, startedAtMs: number): RunFacts {
  const { runId, plan, target, clock, signal } = options;
  const { results, joint, trials, error } = searched;
  const { verdict, reason, exitCode } = verdictOf(
    plan,
    [...results, ...(joint === undefined ? [] : [joint])],
    error,
    signal.aborted,
    trials,
  );
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

const digestOf = (report: Report): string =>
  createHash("sha256").update(JSON.stringify(report)).digest("hex");
