import { ln } from "./arithmetic.ts";
import type { Course } from "./course.ts";
import { RECOVERY } from "./depths.ts";
import { coolMs } from "./drive.ts";

// Phases in the order they come; each one's rest, and all that follow it, is still ahead.
const ORDER = ["wave", "warm", "refine", "soak"] as const;
type Part = (typeof ORDER)[number];

/** Upper estimate of the time a search still needs. */
export function remainingMs(course: Course): number {
  const current = partOf(course);
  const spentMs = course.tally.elapsedMs - course.phaseBeganMs;
  let leftMs = Math.max(0, partMs(course, current) - (current === "wave" ? 0 : spentMs));
  for (const part of ORDER.slice(ORDER.indexOf(current) + 1)) leftMs += partMs(course, part);
  return Math.round(leftMs);
}

/** Upper estimate of the time an axis must still be left alone for, between its slices. */
export function remainingAwayMs(course: Course): number {
  const { constants, options, range } = course;
  const { slices } = constants;
  if (slices === undefined || course.phase === "soak") return 0;
  const windowMs = options.windowMs(course.bestLoad ?? range.snap(options.startLoad));
  const stepMs = constants.settleMs + constants.windowsPerStep * windowMs;
  const sliceMs = slices.leastWarmMs + slices.steps * stepMs;
  // A step that fails at once is shorter; the time it saves is spent on draining and probing.
  return Math.ceil(constants.maxRefineMs / sliceMs) * slices.awayMs;
}

function partOf({ phase }: Course): Part {
  return phase === "wave" || phase === "warm" || phase === "soak" ? phase : "refine";
}

function partMs(course: Course, part: Part): number {
  const { constants, options, range } = course;
  const load = course.bestLoad ?? range.snap(options.startLoad);
  const windowMs = options.windowMs(load);
  const answerMs = options.answerMs ?? 0;
  const failureMs = coolMs(course) + RECOVERY.probeSettleMs + RECOVERY.probeWindowMs;
  switch (part) {
    case "wave": {
      const waves = Math.ceil(ln(range.max / load) / ln(constants.waveFactor)) + 1;
      return (
        waves * (constants.waveSettleMs + constants.waveShare * windowMs + answerMs) + failureMs
      );
    }
    case "warm":
      return constants.maxWarmMs + constants.warmShare * windowMs + answerMs;
    case "refine": {
      const stepMs = constants.settleMs + constants.windowsPerStep * windowMs + failureMs;
      return constants.maxRefineMs + stepMs + constants.backgroundWindows * windowMs + answerMs;
    }
    case "soak":
      return constants.soakSettleMs + constants.soakWindows * windowMs + answerMs + failureMs;
    default:
      return part satisfies never;
  }
}
