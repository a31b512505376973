import { windowLengthMs } from "#grader/capacity/window-length.ts";
import type { Depth } from "#grader/contracts/capacity.ts";
import type { Scenario } from "../scenario/schema.ts";

/** Growth is told by two flush periods, evenness by four (grading method, 2.1). */
const PERIODS = 4;
/**
 * At a glance two: the first and the last, with none between. A message lives for at most a deadline
 * of two periods, so a window still sees its own ones stored; what it misses is a slow growth.
 */
const GLANCE_PERIODS = 2;

/** Length of an axis' windows by load, milliseconds. */
export function axisWindows(scenario: Scenario, depth: Depth): (load: number) => number {
  if (scenario.axis !== "store") return (load) => windowLengthMs(load, depth);
  const periods = depth === "glance" ? GLANCE_PERIODS : PERIODS;
  return (load) => Math.max(periods * scenario.flushMs, windowLengthMs(load, depth));
}
