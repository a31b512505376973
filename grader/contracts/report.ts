import { z } from "zod";
import { AxisId, RayId } from "./axis.ts";
import { AxisResult, Depth, JointResult } from "./capacity.ts";
import { Objective } from "./objective.ts";
import { GeneratorHealth, Phase, Quantiles, TrialPart, WindowVerdict } from "./trial.ts";

export const REPORT_SCHEMA = "loadstone/report/1";

export const LETTERS = ["S", "A", "B", "C", "D", "E", "F"] as const;
export const Letter = z.enum(LETTERS);
export type Letter = z.infer<typeof Letter>;

/**
 * `passed` every axis asked for has an answer · `failed` an objective was not met at any load ·
 * `invalid` the generator was the limit or evidence is missing · `interrupted` stopped by hand ·
 * `cut-off` the harness died.
 */
export const RunVerdict = z.enum(["passed", "failed", "invalid", "interrupted", "cut-off"]);
export type RunVerdict = z.infer<typeof RunVerdict>;

export const TargetKind = z.enum(["instance", "broker"]);
export type TargetKind = z.infer<typeof TargetKind>;

/**
 * Whose letter it is: `instance` rests on all five axes and the joint run, `partial` on the axes
 * listed, `broker` on a bare broker's link and relay.
 */
export const GradeScope = z.enum(["instance", "partial", "broker"]);

export const Grade = z
  .strictObject({
    /** Null when no axis gave evidence. */
    letter: Letter.nullable(),
    /** Reference Units the target holds, and the 95 % interval. */
    units: z.number().nonnegative().nullable(),
    low: z.number().nonnegative().nullable(),
    high: z.number().nonnegative().nullable(),
    limitedBy: AxisId.nullable(),
    /** True when it held fewer Units with all axes loaded at once than any axis alone. */
    jointly: z.boolean().optional(),
    scope: GradeScope,
    axes: z.array(AxisId).readonly(),
    /** False for `glance`, and for any scope but `instance`. */
    publishable: z.boolean(),
    /** Why the letter is not better, one line each. */
    caps: z.array(z.string()).readonly(),
  })
  .readonly();
export type Grade = z.infer<typeof Grade>;

/** One corner of the pentagon. Capacity and headroom are two figures, never mixed. */
export const PentagonCorner = z
  .strictObject({
    axis: AxisId,
    /** Capacity in reference Units; null when the axis has none. */
    units: z.number().nonnegative().nullable(),
    low: z.number().nonnegative().nullable(),
    high: z.number().nonnegative().nullable(),
    /** 0…1 along the logarithmic radius from 10 to 100 000 Units. */
    radius: z.number().min(0).max(1).nullable(),
    lowRadius: z.number().min(0).max(1).nullable(),
    highRadius: z.number().min(0).max(1).nullable(),
    /** 1 − use ÷ rated, 0…1; null without current use. */
    headroom: z.number().min(0).max(1).nullable(),
    policyLimited: z.boolean(),
  })
  .readonly();
export type PentagonCorner = z.infer<typeof PentagonCorner>;

/** One window as people read it. */
export const ReportWave = z
  .strictObject({
    index: z.int().nonnegative(),
    axis: RayId,
    phase: Phase,
    load: z.number().nonnegative(),
    startedAtMs: z.number().nonnegative(),
    measuredMs: z.number().nonnegative(),
    planned: z.int().nonnegative(),
    intended: z.int().nonnegative(),
    sent: z.int().nonnegative(),
    acknowledged: z.int().nonnegative(),
    good: z.int().nonnegative(),
    late: z.int().nonnegative(),
    lost: z.int().nonnegative(),
    errors: z.int().nonnegative(),
    unsent: z.int().nonnegative(),
    pending: z.int().nonnegative(),
    duplicated: z.int().nonnegative(),
    reordered: z.int().nonnegative(),
    deliveredPerSec: z.number().nonnegative(),
    latencyMs: Quantiles.optional(),
    verdict: WindowVerdict,
    curtailed: z.boolean(),
    hard: z.boolean(),
    reason: z.string(),
    latenessP99Ms: z.number().nonnegative(),
    cpuRatio: z.number().nonnegative(),
    /** Of a joint window: each axis' share, in axis order. */
    parts: z.array(TrialPart).readonly().optional(),
  })
  .readonly();
export type ReportWave = z.infer<typeof ReportWave>;

export const RunFacts = z
  .strictObject({
    id: z.string(),
    verdict: RunVerdict,
    /** One sentence a person can act on. */
    reason: z.string(),
    target: z.strictObject({
      kind: TargetKind,
      /** URL without credentials. */
      url: z.string(),
      name: z.string().nullable(),
      version: z.string().nullable(),
    }),
    depth: Depth,
    seed: z.int().nonnegative(),
    startedAtMs: z.number().nonnegative(),
    endedAtMs: z.number().nonnegative(),
    /** Axes the run was asked to measure. */
    axes: z.array(AxisId).readonly(),
    exitCode: z.int().min(0).max(125),
  })
  .readonly();
export type RunFacts = z.infer<typeof RunFacts>;

/** Sums over all windows of an axis: what was offered must equal what came of it. */
export const Reconciliation = z
  .strictObject({
    /** `joint`: the messages and requests of all axes in the joint run. */
    axis: RayId,
    intended: z.int().nonnegative(),
    sent: z.int().nonnegative(),
    acknowledged: z.int().nonnegative(),
    delivered: z.int().nonnegative(),
    lost: z.int().nonnegative(),
    errors: z.int().nonnegative(),
    unsent: z.int().nonnegative(),
    pending: z.int().nonnegative(),
    duplicated: z.int().nonnegative(),
    reordered: z.int().nonnegative(),
  })
  .readonly();
export type Reconciliation = z.infer<typeof Reconciliation>;

export const Report = z
  .strictObject({
    schema: z.literal(REPORT_SCHEMA),
    run: RunFacts,
    method: z.strictObject({
      /** Version of search, objectives and grade table; a stored grade is tied to it. */
      version: z.int().positive(),
      /** Version of the reference Unit. */
      referenceUnit: z.string(),
    }),
    grade: Grade,
    /** All five, in order; an axis without evidence is inconclusive with its reason. */
    axes: z.array(AxisResult).length(5).readonly(),
    /** All axes at once, in reference Units; absent when the run had no joint part. */
    joint: JointResult.optional(),
    pentagon: z.array(PentagonCorner).length(5).readonly(),
    objectives: z.array(Objective).readonly(),
    generator: z.strictObject({
      limited: z.boolean(),
      windows: z.int().nonnegative(),
      invalidWindows: z.int().nonnegative(),
      /** The worst second of the run. */
      worst: GeneratorHealth.nullable(),
      loadstoneVersion: z.string(),
      nodeVersion: z.string(),
      platform: z.string(),
      cpus: z.int().positive(),
      /** Threads that sent to the broker. */
      workers: z.int().positive().optional(),
    }),
    reconciliation: z.array(Reconciliation).readonly(),
    waves: z.array(ReportWave).readonly(),
    /** What to do next, most useful first. */
    advice: z.array(z.string()).readonly(),
  })
  .readonly();
export type Report = z.infer<typeof Report>;
