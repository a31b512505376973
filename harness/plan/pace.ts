import type { Pacer } from "./pacer.ts";
import { evenlyAlong, poissonAlong } from "./pacer-curve.ts";
import { type RecordedOffsets, replayPace } from "./pacer-replay.ts";
import { RateCurve, type RatePiece } from "./rate-curve.ts";

/** How single messages lie along a rate: evenly, or memoryless as of many independent Units. */
export type Arrivals = "constant" | "poisson";

/** A rate over time given by points, straight lines between them. */
export interface RatePoints {
  readonly points: readonly { readonly atMs: number; readonly perSec: number }[];
}
export type Recording = RecordedOffsets | RatePoints;

/** How a whole run is paced, as plain data: a thread can be told it, and a store can keep it. */
export type Pace =
  | { readonly kind: "steady"; readonly perSec: number; readonly arrivals: Arrivals }
  | {
      readonly kind: "ramp";
      readonly fromPerSec: number;
      readonly toPerSec: number;
      readonly overMs: number;
      /** Flat steps of equal length, the first at `from`, the last at `to`; without: a line. */
      readonly steps?: number;
      readonly arrivals: Arrivals;
    }
  | {
      readonly kind: "replay";
      readonly recording: Recording;
      readonly speed: number;
      readonly repeat: boolean;
      readonly arrivals: Arrivals;
    };

/** A pacer that knows the whole schedule and gives any piece of it. */
export function pacerOf(pace: Pace, seed: number): Pacer {
  if (pace.kind === "replay" && "offsetsMs" in pace.recording) {
    return replayPace(pace.recording, pace.speed, pace.repeat);
  }
  const curve = curveOf(pace);
  return pace.arrivals === "poisson" ? poissonAlong(curve, seed) : evenlyAlong(curve);
}

/** Highest rate, one a second at least for a recording of single sends. */
export function peakPerSec(pace: Pace): number {
  if (pace.kind === "replay" && "offsetsMs" in pace.recording) {
    return busiestSecond(pace.recording.offsetsMs, pace.speed);
  }
  return curveOf(pace).peakPerSec;
}

/** Messages due over a duration, divided by it. */
export function meanPerSec(pace: Pace, durationMs: number): number {
  if (pace.kind === "replay" && "offsetsMs" in pace.recording) {
    const { offsetsMs, lengthMs } = pace.recording;
    const rounds = pace.repeat ? (durationMs * pace.speed) / lengthMs : 1;
    return (offsetsMs.length * rounds * 1000) / durationMs;
  }
  return (curveOf(pace).countBefore(durationMs) * 1000) / durationMs;
}

function curveOf(pace: Pace): RateCurve {
  switch (pace.kind) {
    case "steady":
      return flat(pace.perSec);
    case "ramp":
      return rampCurve(pace);
    case "replay":
      return "points" in pace.recording
        ? new RateCurve(piecesOf(pace.recording, pace.speed), pace.repeat)
        : flat(0);
    default:
      return pace satisfies never;
  }
}

const HOUR_MS = 3_600_000;

/** One piece, over and over: its length means nothing. */
const flat = (perSec: number): RateCurve =>
  new RateCurve([{ lengthMs: HOUR_MS, fromPerSec: perSec, toPerSec: perSec }], true);

function rampCurve(ramp: Extract<Pace, { kind: "ramp" }>): RateCurve {
  const { fromPerSec, toPerSec, overMs, steps } = ramp;
  if (steps === undefined)
    return new RateCurve([{ lengthMs: overMs, fromPerSec, toPerSec }], false);
  const pieces = Array.from({ length: steps }, (_, i): RatePiece => {
    const perSec =
      steps === 1 ? toPerSec : fromPerSec + ((toPerSec - fromPerSec) * i) / (steps - 1);
    return { lengthMs: overMs / steps, fromPerSec: perSec, toPerSec: perSec };
  });
  return new RateCurve(pieces, false);
}

/** Twice as fast is twice the rate over half the time: every recorded message is still sent. */
function piecesOf({ points }: RatePoints, speed: number): RatePiece[] {
  return points.slice(1).map((point, i) => {
    const before = points[i] ?? point;
    return {
      lengthMs: (point.atMs - before.atMs) / speed,
      fromPerSec: before.perSec * speed,
      toPerSec: point.perSec * speed,
    };
  });
}

/** Most sends within any second. */
function busiestSecond(offsetsMs: readonly number[], speed: number): number {
  let most = 0;
  let oldest = 0;
  for (let i = 0; i < offsetsMs.length; i++) {
    while (((offsetsMs[i] ?? 0) - (offsetsMs[oldest] ?? 0)) / speed >= 1000) oldest++;
    most = Math.max(most, i - oldest + 1);
  }
  return most;
}
