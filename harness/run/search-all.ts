import { AXES } from "#grader/contracts/axis.ts";
import type { AxisResult, JointResult } from "#grader/contracts/capacity.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import { jointSearch } from "#grader/grade/joint-load.ts";
import { jointResult, notMeasured } from "#grader/grade/joint-result.ts";
import type { StoreWriter } from "#harness/store/store.ts";
import type { AxisMeasurer } from "../engine/axis-measurer.ts";
import { LoadstoneError } from "../errors.ts";
import type { Clock } from "../load/clock.ts";
import type { JointPlan } from "../plan/joint-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { heldUnits, withUnits } from "../plan/units-held.ts";
import type { RunTarget } from "../target/target.ts";
import type { RunNews } from "./progress.ts";
import type { RunRecord } from "./run-record.ts";
import {
  type AxisOutcome,
  createSearch,
  type RayPlan,
  searchAxis,
  timeLeftMs,
} from "./search-axis.ts";

export interface SearchAllOptions {
  readonly runId: string;
  readonly plan: Plan;
  readonly target: RunTarget;
  readonly store: StoreWriter;
  readonly record: RunRecord;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onNews: (news: RunNews) => void;
}

/** What the searches of a run came to, as far as they got. */
export interface Searched {
  readonly results: readonly AxisResult[];
  /** Undefined when the plan has no joint run, or the run did not come to it. */
  readonly joint: JointResult | undefined;
  readonly trials: readonly Trial[];
  readonly error: LoadstoneError | undefined;
}

/** Searches every axis of the plan in turn, and then all of them at once. */
export async function searchAll(options: SearchAllOptions): Promise<Searched> {
  const searches = new RunSearches(options);
  await searches.axes();
  if (!searches.isOver) await searches.jointly();
  const { results, joint, trials, error } = searches;
  return { results, joint, trials, error };
}

/** The searches of one run, one after the other: trials and steps are counted through. */
class RunSearches {
  readonly results: AxisResult[] = [];
  readonly trials: Trial[] = [];
  joint: JointResult | undefined;
  error: LoadstoneError | undefined;
  readonly #options: SearchAllOptions;
  readonly #startedAtMs: number;
  readonly #rays: readonly RayPlan[];
  #steps = 0;
  /** A target that does not come back gets no further load. */
  #isTargetGone = false;

  constructor(options: SearchAllOptions) {
    const { plan, clock } = options;
    this.#options = options;
    this.#startedAtMs = clock.now();
    this.#rays = plan.joint === undefined ? plan.axes : [...plan.axes, plan.joint];
  }

  get isOver(): boolean {
    return this.#isTargetGone || this.error !== undefined || this.#options.signal.aborted;
  }

  async axes(): Promise<void> {
    const { plan, target, signal } = this.#options;
    for (const planned of plan.axes) {
      if (this.isOver) return;
      const axisPlan = withUnits(planned, heldUnits(this.trials));
      const { axis } = axisPlan;
      const found = await this.#search(axisPlan, () => target.openAxis(axisPlan, signal));
      if (found === undefined) return;
      this.results.push({ id: axis, unit: AXES[axis].unit, ...found.result });
    }
  }

  async jointly(): Promise<void> {
    const { plan } = this.#options;
    if (plan.joint === undefined) return;
    const start = jointSearch(plan.joint.search, this.results);
    if ("missing" in start) {
      this.joint = notMeasured(start.missing);
      return;
    }
    const found = await this.#searchJoint({ ...plan.joint, search: start.search });
    if (found === undefined) return;
    this.joint = jointResult(found.result, found.trials, this.results);
  }

  #searchJoint(joint: JointPlan): Promise<AxisOutcome | undefined> {
    const { plan, target, signal } = this.#options;
    return this.#search(joint, () => target.openJoint(joint, plan.axes, signal));
  }

  async #search(ray: RayPlan, open: () => Promise<AxisMeasurer>): Promise<AxisOutcome | undefined> {
    const { record, signal, onNews } = this.#options;
    const { axis } = ray;
    const position = this.#rays.findIndex((one) => one.axis === axis);
    const later = this.#rays.slice(position + 1);
    try {
      onNews({
        kind: "message",
        text: `preparing ${axis === "joint" ? "all axes at once" : axis}`,
      });
      record.event("state", "info", axis, `${axis} begins`);
      await using measurer = await open();
      const found = await searchAxis(ray, measurer, {
        ...this.#options,
        startedAtMs: this.#startedAtMs,
        laterMs: later.reduce((sum, one) => sum + timeLeftMs(createSearch(one)), 0),
        axisNumber: position + 1,
        axisCount: this.#rays.length,
        firstIndex: this.trials.length,
        firstStep: this.#steps,
      });
      this.#steps += found.steps;
      this.trials.push(...found.trials);
      this.error = found.error;
      this.#isTargetGone = found.result.flags.includes("no-recovery");
      record.event("state", "info", axis, `${axis}: ${found.result.reason}`);
      return found;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!(error instanceof LoadstoneError)) throw error;
      record.event("error", "error", axis, error.message, { code: error.code });
      this.error = error;
      return undefined;
    }
  }
}
