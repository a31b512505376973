import { AXES, type RayId } from "#grader/contracts/axis.ts";
import type { AxisFlag, AxisResult, JointResult } from "#grader/contracts/capacity.ts";
import type { Letter, Report } from "#grader/contracts/report.ts";
import { jointSearch } from "#grader/grade/joint-load.ts";
import { jointResult, notMeasured } from "#grader/grade/joint-result.ts";
import { refuseRun } from "#grader/grade/refuse.ts";
import { buildReport, type GeneratorFacts } from "#grader/report.ts";
import type { TrialRow } from "#harness/store/rows.ts";
import { type JointPlan, planJoint } from "../plan/joint-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { heldUnits, withUnits } from "../plan/units-held.ts";
import { BY_HAND, type CutOff, NO_MORE_UNITS } from "./cut-off.ts";
import { replayRay, revivedPlan } from "./replay.ts";

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
  const revived = plan.axes.map(revivedPlan);
  const measured = revived.filter(({ axis }) => trials.some((trial) => trial.axis === axis));
  const results: AxisResult[] = [];
  for (const planned of measured) {
    const axisPlan = withUnits(planned, heldUnits(trials));
    const { axis } = axisPlan;
    const found = replayRay(axisPlan, trialsOf(trials, axis), cutOffOf(report, axis));
    results.push({ id: axis, unit: AXES[axis].unit, ...found });
  }
  const joint = plan.joint === undefined ? undefined : planJoint(revived, plan.maxUnits);
  const jointly = joint === undefined ? undefined : rejoin(joint, results, { trials, report });
  return buildReport({
    run: report.run,
    ...refuseRun(results, jointly),
    trials,
    objectives: plan.axes.map(({ objective }) => objective),
    generator: generatorFactsOf(report),
    previousLetter,
  });
}

const trialsOf = (trials: readonly TrialRow[], ray: RayId): readonly TrialRow[] =>
  trials.filter(({ axis }) => axis === ray);

/** The joint run anew; undefined where the run had not come to it. */
function rejoin(
  plan: JointPlan,
  results: readonly AxisResult[],
  { trials, report }: Pick<StoredRun, "trials" | "report">,
): JointResult | undefined {
  if (report.joint === undefined) return undefined;
  const start = jointSearch(plan.search, results);
  if ("missing" in start) return notMeasured(start.missing);
  const own = trialsOf(trials, "joint");
  const found = replayRay({ ...plan, search: start.search }, own, cutOffOf(report, "joint"));
  return jointResult(found, own, results);
}

/** Flags of an end that an error brought, whose words the run keeps. */
const OF_ERRORS: readonly AxisFlag[] = ["no-recovery", "generator-limited"];

function cutOffOf({ axes, joint, run }: Report, ray: RayId): CutOff {
  const found = ray === "joint" ? joint : axes.find(({ id }) => id === ray);
  const flags = found?.flags ?? [];
  if (flags.includes(NO_MORE_UNITS.flag)) return NO_MORE_UNITS;
  const flag = flags.find((one) => OF_ERRORS.includes(one));
  return flag === undefined ? BY_HAND : { reason: run.reason, flag };
}

function generatorFactsOf({ generator }: Report): GeneratorFacts {
  const { loadstoneVersion, nodeVersion, platform, cpus, workers } = generator;
  return { loadstoneVersion, nodeVersion, platform, cpus, workers };
}
