import { withPolicy } from "#grader/capacity/policy.ts";
import type { Observation, Search, SearchResult, Step } from "#grader/capacity/step.ts";
import { figure } from "#grader/contracts/figure.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import { LoadstoneError } from "../errors.ts";
import { toObservation } from "../measure/to-trial.ts";
import { axisWindows } from "../plan/axis-windows.ts";
import type { AxisPlan } from "../plan/plan.ts";
import { BY_HAND, type CutOff } from "./cut-off.ts";
import { createSearch, type RayPlan } from "./search-axis.ts";

/**
 * Tells a fresh search what its stored trials say, step by step, and gives its answer: the one the
 * run came to, byte for byte, as long as the search asks what it asked then.
 * @throws LoadstoneError METHOD_CHANGED when it asks for something else.
 */
export function replayRay(
  plan: RayPlan,
  trials: readonly Trial[],
  cutOff: CutOff = BY_HAND,
): SearchResult {
  const search = createSearch(plan);
  for (const step of stepsOf(trials)) {
    const asked = search.ask();
    if ("result" in asked) throw changed(plan, step, "ends here");
    expectSame(plan, asked.step, step);
    search.tell(observationOf(step));
  }
  return withPolicy(answerOf(search, cutOff), trials);
}

function answerOf(search: Search, { reason, flag }: CutOff): SearchResult {
  const asked = search.ask();
  return "result" in asked ? asked.result : search.stop(reason, flag);
}

/** Trials by the step that asked for them, in their order. */
function stepsOf(trials: readonly Trial[]): readonly (readonly Trial[])[] {
  const steps = new Map<number, Trial[]>();
  for (const trial of trials.toSorted((a, b) => a.index - b.index)) {
    const step = steps.get(trial.step);
    if (step === undefined) steps.set(trial.step, [trial]);
    else step.push(trial);
  }
  return [...steps.values()];
}

function observationOf(trials: readonly Trial[]): Observation {
  const [first] = trials;
  if (first?.phase !== "drain") return toObservation(trials);
  return { kind: "drain", drained: first.verdict === "good", elapsedMs: first.stepElapsedMs };
}

function expectSame(plan: RayPlan, asked: Step, trials: readonly Trial[]): void {
  const [first] = trials;
  const phase = asked.kind === "drain" ? "drain" : asked.phase;
  const load = asked.kind === "drain" ? 0 : asked.load;
  if (first?.phase === phase && first.load === load) return;
  throw changed(
    plan,
    trials,
    phase === "drain" ? "drains" : `asks for ${phase} at ${figure(load)}`,
  );
}

function changed({ axis }: RayPlan, trials: readonly Trial[], now: string): LoadstoneError {
  const [first] = trials;
  const then = `trial ${first?.index} was ${first?.phase} at ${figure(first?.load ?? 0)}`;
  return new LoadstoneError(
    "METHOD_CHANGED",
    `${axis}: ${then}, where this version's search ${now}`,
    { hint: "grade the target anew: what another search asked for does not answer this one" },
  );
}

/** A plan as it was stored: functions do not survive JSON. */
export const revivedPlan = (plan: AxisPlan): AxisPlan => ({
  ...plan,
  search: { ...plan.search, windowMs: axisWindows(plan.scenario, plan.search.depth) },
});
