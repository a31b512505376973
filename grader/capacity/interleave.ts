import type { Observation, Search, SearchResult, Step } from "./step.ts";

/** One axis under search. */
export interface Lane<Axis extends string> {
  readonly axis: Axis;
  readonly search: Search;
}

/** What is to be done next, and on which axis. */
export type Turn<Axis extends string> =
  | { readonly kind: "step"; readonly axis: Axis; readonly step: Step }
  /** Every axis still under search must be left alone until then. */
  | { readonly kind: "wait"; readonly untilMs: number }
  | { readonly kind: "done" };

/** Several searches that share one target, one step at a time. */
export interface Interleaving<Axis extends string> {
  next(nowMs: number): Turn<Axis>;
  /** What came of the last step, and when. */
  tell(observation: Observation, nowMs: number): void;
  /** The answers there are, in the order in which the axes were given. */
  results(): ReadonlyMap<Axis, SearchResult>;
  /** Ends every search that has no answer yet with what is known. */
  stop(...why: Parameters<Search["stop"]>): void;
}

interface LaneState<Axis extends string> extends Lane<Axis> {
  result: SearchResult | undefined;
  /** When its last step ended; −Infinity before its first. */
  leftAtMs: number;
}

/**
 * Decides whose turn it is. An axis goes on until it is done or asks to be left alone
 * (`Step.awayMs`); meanwhile the others run, the one that was left longest ago first. Pure: time is
 * told to it. One axis that makes the target fall over ends all of them.
 */
export function interleave<Axis extends string>(axes: readonly Lane<Axis>[]): Interleaving<Axis> {
  const lanes: readonly LaneState<Axis>[] = axes.map((lane) => ({
    ...lane,
    result: undefined,
    leftAtMs: -Infinity,
  }));
  let current = lanes[0];
  const open = () => lanes.filter((lane) => lane.result === undefined);
  const stop: Interleaving<Axis>["stop"] = (reason, flag) => {
    for (const lane of open()) lane.result = lane.search.stop(reason, flag);
  };

  return {
    stop,
    results: () => answersOf(lanes),
    next(nowMs) {
      let soonestMs = Infinity;
      for (const lane of inTurn(open(), current)) {
        const asked = lane.search.ask();
        if ("result" in asked) {
          lane.result = asked.result;
          if (fellOver(asked.result)) stop(`the target did not recover on ${lane.axis}`);
          return this.next(nowMs);
        }
        const readyAtMs = lane.leftAtMs + awayMsOf(asked.step);
        if (readyAtMs <= nowMs) {
          current = lane;
          return { kind: "step", axis: lane.axis, step: asked.step };
        }
        soonestMs = Math.min(soonestMs, readyAtMs);
      }
      return soonestMs === Infinity ? { kind: "done" } : { kind: "wait", untilMs: soonestMs };
    },
    tell(observation, nowMs) {
      if (current === undefined) throw new Error("there is no axis to tell anything");
      current.search.tell(observation);
      current.leftAtMs = nowMs;
    },
  };
}

/** The axis under way first: others only when it must be left alone. */
function inTurn<Axis extends string>(
  open: readonly LaneState<Axis>[],
  current: LaneState<Axis> | undefined,
): readonly LaneState<Axis>[] {
  const first = open.filter((lane) => lane === current);
  const others = open.filter((lane) => lane !== current);
  // A stable sort: axes that never ran keep the order they were given in.
  return [...first, ...others.toSorted(byLeaving)];
}

const awayMsOf = (step: Step): number => (step.kind === "load" ? (step.awayMs ?? 0) : 0);

const fellOver = ({ flags }: SearchResult): boolean => flags.includes("no-recovery");

function answersOf<Axis extends string>(
  lanes: readonly LaneState<Axis>[],
): ReadonlyMap<Axis, SearchResult> {
  const answers = new Map<Axis, SearchResult>();
  for (const { axis, result } of lanes) if (result !== undefined) answers.set(axis, result);
  return answers;
}

/** Left longest ago first. */
function byLeaving(a: { readonly leftAtMs: number }, b: { readonly leftAtMs: number }): number {
  return a.leftAtMs === b.leftAtMs ? 0 : a.leftAtMs - b.leftAtMs;
}
