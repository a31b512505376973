import { type Asking, type Course, SearchEnd } from "./course.ts";
import { RECOVERY } from "./depths.ts";
import { coolMs, drain, drive } from "./drive.ts";

/**
 * Lets the target come back after a bad window. Draining alone is not enough: a target with
 * hysteresis stays slow for a while, so after a hard failure a small load must pass first.
 */
export function* recover(course: Course, hard: boolean): Asking<void> {
  const elapsedMs = yield* clear(course, hard ? coolMs(course) : RECOVERY.quietMs);
  if (hard || elapsedMs > RECOVERY.slowDrainMs) yield* probe(course);
}

/** Drains and keeps quiet; a target that does not even drain ends the search. */
export function* clear(course: Course, quietMs: number): Asking<number> {
  const { drained, elapsedMs } = yield* drain(course, quietMs);
  if (drained) return elapsedMs;
  const maxSec = RECOVERY.maxDrainMs / 1000;
  throw new SearchEnd("no-recovery", `work was still in flight ${maxSec} s after the load ended`);
}

function* probe(course: Course): Asking<void> {
  const { bestLoad, range } = course;
  if (bestLoad === undefined) return;
  const { probeShares, probeQuietMs } = RECOVERY;
  for (const [failures, share] of probeShares.entries()) {
    // Longer each time: probes too close together would keep a slow target slow.
    if (failures > 0) yield* drain(course, probeQuietMs * failures);
    const { allGood } = yield* drive(course, {
      phase: "probe",
      load: range.snap(share * bestLoad),
      settleMs: RECOVERY.probeSettleMs,
      windowMs: RECOVERY.probeWindowMs,
      windows: 1,
      curtail: true,
      growthRule: false,
    });
    if (allGood) return;
  }
  throw new SearchEnd(
    "no-recovery",
    `after a failure the target did not even hold half of an earlier load (${probeShares.length} probes)`,
  );
}
