import { RAY_IDS } from "../contracts/axis.ts";
import type { Reconciliation, ReportWave } from "../contracts/report.ts";
import type { GeneratorHealth, Trial } from "../contracts/trial.ts";

/** A trial as people read it. */
export function waveOf(trial: Trial): ReportWave {
  const { latencyMs } = trial;
  return {
    index: trial.index,
    axis: trial.axis,
    phase: trial.phase,
    load: trial.load,
    startedAtMs: trial.startedAtMs,
    measuredMs: trial.measuredMs,
    planned: trial.planned,
    intended: trial.intended,
    sent: trial.sent,
    acknowledged: trial.acknowledged,
    good: trial.good,
    late: trial.late,
    lost: trial.lost,
    errors: trial.errors,
    unsent: trial.unsent,
    pending: trial.pending,
    duplicated: trial.duplicated,
    reordered: trial.reordered,
    deliveredPerSec: trial.deliveredPerSec,
    ...(latencyMs === undefined ? {} : { latencyMs }),
    verdict: trial.verdict,
    curtailed: trial.curtailed,
    hard: trial.hard,
    reason: trial.reason,
    latenessP99Ms: trial.health.latenessP99Ms,
    cpuRatio: trial.health.cpuRatio,
    ...(trial.parts === undefined ? {} : { parts: trial.parts }),
  };
}

/** Sums of both sides for each axis that was loaded, invalid windows included: they were sent too. */
export function reconcile(windows: readonly Trial[]): Reconciliation[] {
  return RAY_IDS.filter((axis) => windows.some((trial) => trial.axis === axis)).map((axis) => {
    const own = windows.filter((trial) => trial.axis === axis);
    const sum = (pick: (trial: Trial) => number) =>
      own.reduce((total, trial) => total + pick(trial), 0);
    return {
      axis,
      intended: sum((t) => t.intended),
      sent: sum((t) => t.sent),
      acknowledged: sum((t) => t.acknowledged),
      delivered: sum((t) => t.good + t.late),
      lost: sum((t) => t.lost),
      errors: sum((t) => t.errors),
      unsent: sum((t) => t.unsent),
      pending: sum((t) => t.pending),
      duplicated: sum((t) => t.duplicated),
      reordered: sum((t) => t.reordered),
    };
  });
}

/** The worst value of each figure over the windows; they need not fall into one window. */
export function worstHealth(windows: readonly Pick<Trial, "health">[]): GeneratorHealth | null {
  return windows.reduce<GeneratorHealth | null>(
    (worst, { health }) => (worst === null ? health : worseHealth(worst, health)),
    null,
  );
}

const OPTIONAL = ["waitRatio", "quotaRatio", "throttledMs", "gcPauseMaxMs"] as const;

/** Two accounts of the same generator as one: the worse of each figure. */
export function worseHealth(a: GeneratorHealth, b: GeneratorHealth): GeneratorHealth {
  return {
    ...a,
    ...b,
    latenessP50Ms: Math.max(a.latenessP50Ms, b.latenessP50Ms),
    latenessP99Ms: Math.max(a.latenessP99Ms, b.latenessP99Ms),
    latenessP999Ms: Math.max(a.latenessP999Ms, b.latenessP999Ms),
    unsentRatio: Math.max(a.unsentRatio, b.unsentRatio),
    loopDelayMaxMs: Math.max(a.loopDelayMaxMs, b.loopDelayMaxMs),
    cpuRatio: Math.max(a.cpuRatio, b.cpuRatio),
    rssBytes: Math.max(a.rssBytes, b.rssBytes),
    openSockets: Math.max(a.openSockets, b.openSockets),
    ...worseTold(a, b),
  };
}

function worseTold(a: GeneratorHealth, b: GeneratorHealth): Partial<GeneratorHealth> {
  const told = OPTIONAL.filter((name) => a[name] !== undefined && b[name] !== undefined);
  return Object.fromEntries(told.map((name) => [name, Math.max(a[name] ?? 0, b[name] ?? 0)]));
}
