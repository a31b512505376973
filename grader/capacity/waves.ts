import { type Asking, type Course, SearchEnd } from "./course.ts";
import { HALF, SOFT_FAILURES } from "./depths.ts";
import { type Driven, drive } from "./drive.ts";
import { recover } from "./recover.ts";

/** A load that held, one that did not, and what the target delivered while failing. */
export interface Bracket {
  readonly good: number;
  readonly bad: number;
  /** Undefined when the failing wave was too short to tell. */
  readonly deliveredPerSec: number | undefined;
}

export type WavesEnd =
  | { readonly kind: "bracket"; readonly bracket: Bracket }
  | { readonly kind: "ceiling"; readonly good: number | undefined }
  | { readonly kind: "failed" };

const DESCENT = 4;
/** A ceiling that moves is reached when this close; a fixed one is offered exactly. */
const AT_CEILING = 0.95;
// A failing wave shorter than this gives no rate.
const LEAST_RATE_MS = 1000;
const TOO_SLOW = "the load generator cannot offer even a load at which nothing held";

/** Multiplies the load until the target fails: hard once, or softly three times in a row. */
export function* waves(course: Course): Asking<WavesEnd> {
  const { options, constants } = course;
  const { waveFactor } = constants;
  let load = course.range.snap(options.startLoad);
  let good: number | undefined;
  let soft = 0;
  while (true) {
    const wave = yield* driveWave(course, load);
    if (wave.beyond) return { kind: "ceiling", good };
    if (wave.allGood) {
      if (load >= AT_CEILING * course.range.max) return { kind: "ceiling", good };
      good = load;
      soft = 0;
      load = course.range.snap(load * waveFactor);
      continue;
    }
    soft++;
    if (wave.hard || soft >= SOFT_FAILURES || load >= course.range.max) {
      if (good === undefined) return yield* descend(course);
      const bracket = { good, bad: load, deliveredPerSec: delivered(wave) };
      return { kind: "bracket", bracket };
    }
    load = course.range.snap(load * Math.sqrt(waveFactor));
  }
}

/** Nothing held yet: quarters the load until something does, or the floor has failed too. */
function* descend(course: Course): Asking<WavesEnd> {
  const { range, constants } = course;
  let bad = Math.min(...course.waves.map((wave) => wave.load));
  let atFloor = course.waves.filter((wave) => wave.load <= range.floor).length;
  while (atFloor < SOFT_FAILURES) {
    const load = range.snap(bad / DESCENT);
    const wave = yield* driveWave(course, load);
    if (wave.beyond) throw new SearchEnd("generator-limited", TOO_SLOW);
    if (wave.allGood) {
      // Three failures at one load are needed to fail there; fewer with a pass mean it lies above.
      const above = bad > load ? bad : range.snap(load * constants.waveFactor);
      return { kind: "bracket", bracket: { good: load, bad: above, deliveredPerSec: undefined } };
    }
    bad = Math.min(bad, load);
    if (load <= range.floor) atFloor++;
  }
  return { kind: "failed" };
}

function* driveWave(course: Course, load: number): Asking<Driven> {
  const { constants, options } = course;
  const driven = yield* drive(course, {
    phase: "wave",
    load,
    settleMs: constants.waveSettleMs,
    windowMs: Math.round(constants.waveShare * options.windowMs(load)),
    windows: 1,
    curtail: true,
    growthRule: true,
  });
  if (driven.beyond) return driven;
  course.waves.push({ load, good: driven.allGood, weight: HALF * constants.windowWeight });
  if (!driven.allGood) yield* recover(course, driven.hard);
  return driven;
}

function delivered(wave: Driven): number | undefined {
  const last = wave.windows.at(-1);
  return last !== undefined && last.measuredMs >= LEAST_RATE_MS ? last.deliveredPerSec : undefined;
}
