import { type FaultResult, FIXED_RUN_SCHEMA, type FixedRunReport } from "../contracts/fixed-run.ts";
import type { Reconciliation, ReportWave } from "../contracts/report.ts";
import type { Trial } from "../contracts/trial.ts";
import { reconcile, waveOf, worstHealth } from "../grade/tally.ts";
import type { GeneratorFacts } from "../report.ts";
import { fixedAdvice } from "./advice.ts";
import { endingOf, faultVerdict, standingOf } from "./verdict.ts";

export interface FixedRunInput {
  readonly run: Omit<FixedRunReport["run"], "verdict" | "reason" | "exitCode">;
  readonly interrupted: boolean;
  readonly error: { readonly message: string; readonly exitCode: number } | undefined;
  readonly load: Omit<FixedRunReport["load"], "measuredMs">;
  readonly objective: FixedRunReport["objective"];
  readonly trials: readonly Trial[];
  readonly latencyMs: FixedRunReport["latencyMs"];
  readonly sessions: FixedRunReport["sessions"];
  readonly faults: readonly Omit<FaultResult, "verdict">[];
  readonly generator: GeneratorFacts;
}

/** Everything a run of given load says, from its trials and counts alone. */
export function buildFixedReport(input: FixedRunInput): FixedRunReport {
  const trials = input.trials
    .filter(({ phase }) => phase !== "drain")
    .toSorted((a, b) => a.index - b.index);
  const windows = trials.map(waveOf);
  const faults = input.faults.map((fault) => ({ ...fault, verdict: faultVerdict(fault) }));
  const standing = standingOf(windows, faults);
  const { interrupted, error, objective } = input;
  const ending = endingOf({ interrupted, error, windows, standing, objective, faults });
  const [delivery = nothing(input.run.axis)] = reconcile(trials);
  const byClass = classesOf(trials);
  const report: Omit<FixedRunReport, "advice"> = {
    schema: FIXED_RUN_SCHEMA,
    run: { ...input.run, ...ending },
    load: { ...input.load, measuredMs: sum(windows, (wave) => wave.measuredMs) },
    objective,
    badRatio: standing.badRatio,
    lostRatio: standing.lostRatio,
    delivery,
    late: sum(windows, (wave) => wave.late),
    unsentByClass: byClass.unsent,
    errorsByClass: byClass.errors,
    latencyMs: input.latencyMs,
    sessions: input.sessions,
    faults,
    generator: { ...generatorOf(trials), ...input.generator },
    windows,
  };
  return { ...report, advice: fixedAdvice(report) };
}

function generatorOf(
  trials: readonly Trial[],
): Omit<FixedRunReport["generator"], keyof GeneratorFacts> {
  const rss = trials.map(({ health }) => health.rssBytes);
  const measuredMs = sum(trials, (trial) => trial.measuredMs);
  const invalidWindows = trials.filter(({ verdict }) => verdict === "invalid").length;
  const cpuMs = sum(trials, ({ health, measuredMs: ms }) => health.cpuRatio * ms);
  return {
    limited: invalidWindows > 0,
    windows: trials.length,
    invalidWindows,
    worst: worstHealth(trials),
    cpuMeanRatio: measuredMs === 0 ? 0 : Math.round((cpuMs * 1000) / measuredMs) / 1000,
    rssFirstBytes: rss[0] ?? 0,
    rssLastBytes: rss.at(-1) ?? 0,
    rssMaxBytes: Math.max(0, ...rss),
  };
}

/** Why a message was not sent, whoever's doing it was; every other class is an error's. */
const UNSENT_CLASSES: readonly string[] = [
  "generator-late",
  "disconnected",
  "planned-fault",
  "back-pressure",
  "dropped",
];

function classesOf(trials: readonly Trial[]) {
  const unsent: Record<string, number> = {};
  const errors: Record<string, number> = {};
  for (const [name, times] of trials.flatMap((trial) => Object.entries(trial.errorClasses))) {
    const into = UNSENT_CLASSES.includes(name) ? unsent : errors;
    into[name] = (into[name] ?? 0) + times;
  }
  return { unsent, errors };
}

const sum = <T>(items: readonly T[], pick: (item: T) => number): number =>
  items.reduce((total, item) => total + pick(item), 0);

const nothing = (axis: ReportWave["axis"]): Reconciliation => ({
  axis,
  intended: 0,
  sent: 0,
  acknowledged: 0,
  delivered: 0,
  lost: 0,
  errors: 0,
  unsent: 0,
  pending: 0,
  duplicated: 0,
  reordered: 0,
});
