import { z } from "zod";
import { AxisId } from "./axis.ts";
import { Objective } from "./objective.ts";
import { Reconciliation, ReportWave, RunVerdict, TargetKind } from "./report.ts";
import { GeneratorHealth, Quantiles } from "./trial.ts";

/** A run of given load: no search, no grade; what was offered and what came of it. */
export const FIXED_RUN_SCHEMA = "loadstone/run/1";

export const FAULT_KINDS = [
  "reconnect-storm",
  "half-open",
  "slow-consumer",
  "session-takeover",
  "broker-restart",
] as const;
export const FaultKind = z.enum(FAULT_KINDS);
export type FaultKind = z.infer<typeof FaultKind>;

const count = z.int().nonnegative();
const counts = z.record(z.string(), count);

/** What became of one planned fault. Times count from its beginning. */
export const FaultResult = z
  .strictObject({
    kind: FaultKind,
    /** From the first send. */
    plannedAtMs: z.number().nonnegative(),
    /** Null when it never came: the run ended before, or the broker was not restarted. */
    beganAtMs: z.number().nonnegative().nullable(),
    /** Units it was meant for, and Units in which it was seen. */
    planned: count,
    observed: count,
    /** How sessions ended meanwhile, by class. */
    closes: counts,
    /** Connects that failed meanwhile, by class. */
    connectErrors: counts,
    /** Messages late, lost, failed or unsent meanwhile. */
    disturbed: count,
    /** Until every Unit was connected again; null when not before the end of the run. */
    reconnectedMs: z.number().nonnegative().nullable(),
    /** Until the last message went wrong; null when messages still did at the end of the run. */
    recoveredMs: z.number().nonnegative().nullable(),
    withinMs: z.number().positive(),
    verdict: z.enum(["recovered", "too-slow", "not-recovered", "not-seen"]),
  })
  .readonly();
export type FaultResult = z.infer<typeof FaultResult>;

export const FixedRunReport = z
  .strictObject({
    schema: z.literal(FIXED_RUN_SCHEMA),
    run: z.strictObject({
      id: z.string(),
      verdict: RunVerdict,
      /** One sentence a person can act on. */
      reason: z.string(),
      exitCode: z.int().min(0).max(125),
      target: z.strictObject({
        kind: TargetKind,
        url: z.string(),
        name: z.string().nullable(),
        version: z.string().nullable(),
      }),
      scenario: z.string(),
      axis: AxisId,
      seed: count,
      startedAtMs: z.number().nonnegative(),
      endedAtMs: z.number().nonnegative(),
    }),
    load: z.strictObject({
      pace: z.string(),
      meanPerSec: z.number().nonnegative(),
      peakPerSec: z.number().nonnegative(),
      units: count,
      plannedMs: z.number().positive(),
      measuredMs: z.number().nonnegative(),
    }),
    objective: Objective,
    /** Shares of what was due in the windows that count; null without any. */
    badRatio: z.number().nonnegative().nullable(),
    lostRatio: z.number().nonnegative().nullable(),
    delivery: Reconciliation,
    /** Of the delivered, how many came after the deadline. */
    late: count,
    unsentByClass: counts,
    errorsByClass: counts,
    latencyMs: Quantiles.nullable(),
    sessions: z
      .strictObject({
        /** Closed by the target, and by a planned fault. */
        closedByTarget: count,
        closedByPlan: count,
        closes: counts,
        reconnects: count,
        connectErrors: counts,
        away: count,
      })
      .nullable(),
    faults: z.array(FaultResult).readonly(),
    generator: z.strictObject({
      limited: z.boolean(),
      windows: count,
      invalidWindows: count,
      worst: GeneratorHealth.nullable(),
      cpuMeanRatio: z.number().nonnegative(),
      rssFirstBytes: count,
      rssLastBytes: count,
      rssMaxBytes: count,
      loadstoneVersion: z.string(),
      nodeVersion: z.string(),
      platform: z.string(),
      cpus: z.int().positive(),
      /** Threads that sent to the broker. */
      workers: z.int().positive().optional(),
    }),
    windows: z.array(ReportWave).readonly(),
    /** What to do next, most useful first. */
    advice: z.array(z.string()).readonly(),
  })
  .readonly();
export type FixedRunReport = z.infer<typeof FixedRunReport>;
