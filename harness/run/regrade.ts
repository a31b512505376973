import type { AxisFlag, AxisResult } from "#grader/contracts/capacity.ts";
import type { Letter, Report } from "#grader/contracts/report.ts";
import { refuseSpoiled } from "#grader/grade/refuse.ts";
import { buildReport, type GeneratorFacts } from "#grader/report.ts";
import type { TrialRow } from "#harness/store/rows.ts";
import type { Plan } from "../plan/plan.ts";
import { BY_HAND, type CutOff, replayAxis, revivedPlan } from "./replay.ts";

/** What the store keeps of a run, enough to judge it again. */
export interface StoredRun {
  readonly plan: Plan;
  readonly trials: readonly TrialRow[];
  /** Its report: who measured what and how the run ended, which no trial says. */
  readonly report: Report;
  /** The letter the target held before the run. */
  readonly previousLetter: Letter | undefined;
}

/** The report of a stored run, judged anew from its trials. The same trials give the same bytes. */
export function regrade({ plan, trials, report, previousLetter }: StoredRun): Report {
  const measured = plan.axes.filter(({ axis }) => trials.some((trial) => trial.axis === axis));
  const results: readonly AxisResult[] = measured.map((axisPlan) =>
    replayAxis(
      revivedPlan(axisPlan),
      trials.filter(({ axis }) => axis === axisPlan.axis),
      cutOffOf(report, axisPlan.axis),
    ),
  );
  return buildReport({
    run: report.run,
    axes: refuseSpoiled(results),
    trials,
    objectives: plan.axes.map(({ objective }) => objective),
    generator: generatorFactsOf(report),
    previousLetter,
  });
}

/** Flags of an end that an error brought, whose words the run keeps. */
const OF_ERRORS: readonly AxisFlag[] = ["no-recovery", "generator-limited"];

function cutOffOf({ axes, run }: Report, axis: AxisResult["id"]): CutOff {
  const flags = axes.find(({ id }) => id === axis)?.flags ?? [];
  const flag = flags.find((one) => OF_ERRORS.includes(one));
  return flag === undefined ? BY_HAND : { reason: run.reason, flag };
}

function generatorFactsOf({ generator }: Report): GeneratorFacts {
  const { loadstoneVersion, nodeVersion, platform, cpus, workers } = generator;
  return { loadstoneVersion, nodeVersion, platform, cpus, workers };
}
