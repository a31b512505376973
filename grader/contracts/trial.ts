import { z } from "zod";
import { AxisId, RayId } from "./axis.ts";

/** Why a step of the search was taken. */
export const PHASES = [
  "wave",
  "warm",
  "refine",
  "background",
  "probe",
  "soak",
  "checkpoint",
  "drain",
] as const;
export const Phase = z.enum(PHASES);
export type Phase = z.infer<typeof Phase>;

/**
 * `invalid` windows tell of the generator, not of the target: they are repeated, never counted.
 */
export const WindowVerdict = z.enum(["good", "bad", "invalid"]);
export type WindowVerdict = z.infer<typeof WindowVerdict>;

/** Quantiles in milliseconds. `count` says how many samples they rest on. */
export const Quantiles = z
  .strictObject({
    count: z.int().nonnegative(),
    p50: z.number().nonnegative(),
    p95: z.number().nonnegative(),
    p99: z.number().nonnegative(),
    max: z.number().nonnegative(),
  })
  .readonly();
export type Quantiles = z.infer<typeof Quantiles>;

/** Health of the generator over one window or second. */
export const GeneratorHealth = z
  .strictObject({
    /** Intended send time to handed to the socket. */
    latenessP50Ms: z.number().nonnegative(),
    latenessP99Ms: z.number().nonnegative(),
    latenessP999Ms: z.number().nonnegative(),
    /** Share of planned sends never made. */
    unsentRatio: z.number().min(0).max(1),
    /** Longest event-loop stall. */
    loopDelayMaxMs: z.number().nonnegative(),
    /** Share of one core used by the busiest thread that sends. */
    cpuRatio: z.number().nonnegative(),
    rssBytes: z.int().nonnegative(),
    openSockets: z.int().nonnegative(),
    /** Share of the time in which such a thread was ready to run and another had its core. */
    waitRatio: z.number().nonnegative().optional(),
    /** CPU of the whole process, as a share of the cores it may use. */
    quotaRatio: z.number().nonnegative().optional(),
    /** Time in which a CPU limit of the system (cgroup) held the process back, milliseconds. */
    throttledMs: z.number().nonnegative().optional(),
    /** Longest garbage collection, milliseconds. */
    gcPauseMaxMs: z.number().nonnegative().optional(),
    /**
     * What `cpuRatio` rests on: the scheduler's account of the thread, Node's, or an upper bound
     * where neither is to be had (then `waitRatio` is unknown, too).
     */
    cpuSource: z.enum(["scheduler", "thread", "bound"]).optional(),
  })
  .readonly();
export type GeneratorHealth = z.infer<typeof GeneratorHealth>;

const count = z.int().nonnegative();

/** One axis' share of a window in which all were loaded at once. Conserved as the whole is. */
export const TrialPart = z
  .strictObject({
    axis: AxisId,
    /** Intended load in the axis' own unit. */
    load: z.number().nonnegative(),
    planned: count,
    intended: count,
    sent: count,
    acknowledged: count,
    good: count,
    late: count,
    lost: count,
    errors: count,
    unsent: count,
    pending: count,
    duplicated: count,
    reordered: count,
    deliveredPerSec: z.number().nonnegative(),
    latencyMs: Quantiles.optional(),
    /** By the axis' own deadline and limits. */
    verdict: WindowVerdict,
    reason: z.string(),
  })
  .readonly();
export type TrialPart = z.infer<typeof TrialPart>;

/**
 * One window of load, measured and judged; or one drain (`phase: "drain"`, load 0).
 * Counts are stored; rates and ratios are derived.
 * Conservation: `intended = good + late + lost + errors + unsent + pending`.
 */
export const Trial = z
  .strictObject({
    runId: z.string(),
    /** `joint`: all axes at once; the counts are then of messages and requests, Units apart. */
    axis: RayId,
    /** Position in the run, from 0. */
    index: z.int().nonnegative(),
    /** Ordinal of the search step that asked for it; several windows may share one. */
    step: z.int().nonnegative(),
    phase: Phase,
    /** Intended load in the axis' unit: per second, or Units for link and joint. */
    load: z.number().nonnegative(),
    /** Wall clock, Unix epoch milliseconds. */
    startedAtMs: z.number().nonnegative(),
    /** Length of the window that was really driven, milliseconds (shorter when curtailed). */
    measuredMs: z.number().nonnegative(),
    /** Time the whole step took, settle and judging included, milliseconds. */
    stepElapsedMs: z.number().nonnegative(),
    /** Seconds of the whole step in which over 5 % of the traffic was late or lost. */
    stepHarmSec: z.number().nonnegative().optional(),
    /** Highest load the generator could still offer cleanly, as far as the step told. */
    generatorCeiling: z.number().positive().optional(),
    /** Sends due in the whole window had it not been curtailed. */
    planned: z.int().nonnegative(),
    /** Sends due in the part that was driven. */
    intended: z.int().nonnegative(),
    sent: z.int().nonnegative(),
    /** Of the sent ones, those with an envelope, when the payload had no room for it in all. */
    sampled: z.int().nonnegative().optional(),
    /** Publishes acknowledged by the broker, or requests answered. */
    acknowledged: z.int().nonnegative(),
    /** Correct and in time. */
    good: z.int().nonnegative(),
    /** Correct, after the deadline. */
    late: z.int().nonnegative(),
    lost: z.int().nonnegative(),
    errors: z.int().nonnegative(),
    unsent: z.int().nonnegative(),
    /** Still unanswered when the window was judged; counted bad, not lost. */
    pending: z.int().nonnegative(),
    duplicated: z.int().nonnegative(),
    reordered: z.int().nonnegative(),
    inFlightStart: z.int().nonnegative(),
    inFlightEnd: z.int().nonnegative(),
    /** Completions per second inside the window, whatever their latency. */
    deliveredPerSec: z.number().nonnegative(),
    latencyMs: Quantiles.optional(),
    serviceMs: Quantiles.optional(),
    /** Errors by class, e.g. `{"http-429": 3, "timeout": 1}`. */
    errorClasses: z.record(z.string(), z.int().nonnegative()),
    curtailed: z.boolean(),
    /** Overload rather than a passing stall. */
    hard: z.boolean(),
    verdict: WindowVerdict,
    /** One sentence: which rule decided, with value and threshold. */
    reason: z.string(),
    health: GeneratorHealth,
    /** Of a joint window: each axis' share, in axis order. */
    parts: z.array(TrialPart).readonly().optional(),
  })
  .readonly();
export type Trial = z.infer<typeof Trial>;

/** Messages that missed the objective: late, lost, failed, unsent by back-pressure or still pending. */
export const badCount = (
  t: Pick<Trial, "late" | "lost" | "errors" | "unsent" | "pending">,
): number => t.late + t.lost + t.errors + t.unsent + t.pending;
/** Correct answers in time, per second. */
export const goodputPerSec = (t: Trial): number =>
  t.measuredMs === 0 ? 0 : (t.good * 1000) / t.measuredMs;
