import { AxisId, RayId } from "#grader/contracts/axis.ts";
import { Report, RunFacts, RunVerdict, TargetKind } from "#grader/contracts/report.ts";
import { GeneratorHealth, Trial } from "#grader/contracts/trial.ts";
import { z } from "zod";

/**
 * Rows of the store. Schema at the edge: writers take these types, readers parse into them.
 */

/** A run as it stands: written at start, at every change of state, and at its end; the last write wins. */
export const RunRow = z
  .strictObject({
    runId: z.string(),
    /** Rises with each write of the same run; the highest is the truth. */
    revision: z.int().nonnegative(),
    state: z.enum(["running", "finished", "cut-off"]),
    verdict: RunVerdict.nullable(),
    reason: z.string(),
    targetKind: TargetKind,
    /** URL without credentials. */
    targetUrl: z.string(),
    depth: RunFacts.unwrap().shape.depth,
    axes: z.array(AxisId),
    seed: z.int().nonnegative(),
    startedAtMs: z.number().nonnegative(),
    endedAtMs: z.number().nonnegative().nullable(),
    /** Last sign of life; a running run silent for over a minute is cut off. */
    heartbeatAtMs: z.number().nonnegative(),
    /** The plan and environment, as JSON. */
    plan: z.string(),
    environment: z.string(),
    loadstoneVersion: z.string(),
  })
  .readonly();
export type RunRow = z.infer<typeof RunRow>;

/** Sparse log-linear histogram: `buckets[i]` holds `counts[i]`. Bucket bounds: measure/histogram.ts. */
export const SparseHistogram = z
  .strictObject({
    buckets: z.array(z.int().nonnegative()),
    counts: z.array(z.int().positive()),
  })
  .readonly();
export type SparseHistogram = z.infer<typeof SparseHistogram>;

/** One second of one stream of a run. Keyed by profile and axis, never by Unit or topic. */
export const SecondRow = z
  .strictObject({
    runId: z.string(),
    axis: RayId,
    /** What kind of traffic: "relay", "api", … */
    stream: z.string(),
    /** Generator process; "main" until load comes from several. */
    agent: z.string(),
    /** Unix epoch milliseconds, a whole second. */
    atMs: z.number().nonnegative(),
    load: z.number().nonnegative(),
    phase: z.string(),
    intended: z.int().nonnegative(),
    sent: z.int().nonnegative(),
    delivered: z.int().nonnegative(),
    good: z.int().nonnegative(),
    late: z.int().nonnegative(),
    lost: z.int().nonnegative(),
    errors: z.int().nonnegative(),
    unsent: z.int().nonnegative(),
    inFlight: z.int().nonnegative(),
    latency: SparseHistogram,
    health: GeneratorHealth,
  })
  .readonly();
export type SecondRow = z.infer<typeof SecondRow>;

/** Something worth a line in the run's log. */
export const EventRow = z
  .strictObject({
    runId: z.string(),
    atMs: z.number().nonnegative(),
    /** Noun, e.g. "wave", "drain", "estimate", "error", "provision", "state". */
    kind: z.string(),
    severity: z.enum(["info", "warning", "error"]),
    axis: RayId.nullable(),
    message: z.string(),
    /** Small JSON document, or "{}". */
    detail: z.string(),
  })
  .readonly();
export type EventRow = z.infer<typeof EventRow>;

/** `detail` of an event of kind "estimate": where the search stands, once a step. */
export const EstimateDetail = z
  .strictObject({
    axis: RayId,
    phase: z.string(),
    load: z.number().nonnegative(),
    lower: z.number().nonnegative().nullable(),
    upper: z.number().nonnegative().nullable(),
    value: z.number().nonnegative().nullable(),
    low: z.number().nonnegative().nullable(),
    high: z.number().nonnegative().nullable(),
    /** Upper estimate of the time the whole run still needs. */
    remainingMs: z.number().nonnegative(),
    unitsConnected: z.int().nonnegative(),
  })
  .readonly();
export type EstimateDetail = z.infer<typeof EstimateDetail>;

/** A figure scraped from the target, or our own process. */
export const ResourceRow = z
  .strictObject({
    runId: z.string(),
    atMs: z.number().nonnegative(),
    source: z.string(),
    metric: z.string(),
    value: z.number(),
  })
  .readonly();
export type ResourceRow = z.infer<typeof ResourceRow>;

/** A finished report and its digest (SHA-256, hex, of the canonical JSON). */
export const GradeRow = z
  .strictObject({
    runId: z.string(),
    atMs: z.number().nonnegative(),
    digest: z.string(),
    report: Report,
  })
  .readonly();
export type GradeRow = z.infer<typeof GradeRow>;

/** A profile as the library, a recording or a fit left it; the newest of an id is the truth. */
export const ProfileRow = z
  .strictObject({
    profileId: z.string(),
    atMs: z.number().nonnegative(),
    /** Where it came from: "library", "recorded", "fitted". */
    source: z.string(),
    /** The profile, as JSON. */
    document: z.string(),
  })
  .readonly();
export type ProfileRow = z.infer<typeof ProfileRow>;

/** What one node (topic) of one Unit did in one minute: the meter's finest grain. */
export const UnitMinuteRow = z
  .strictObject({
    instance: z.string(),
    repo: z.string(),
    unit: z.string(),
    node: z.string(),
    /** Unix epoch milliseconds, a whole minute. */
    atMs: z.number().nonnegative(),
    messages: z.int().nonnegative(),
    bytes: z.int().nonnegative(),
    /** Records stored by the DataPipe. */
    stored: z.int().nonnegative(),
  })
  .readonly();
export type UnitMinuteRow = z.infer<typeof UnitMinuteRow>;

/** Sums over a span of time; divide by `spanMs` for the average rate. */
export const UsageSum = z
  .strictObject({
    spanMs: z.number().positive(),
    messages: z.int().nonnegative(),
    bytes: z.int().nonnegative(),
    stored: z.int().nonnegative(),
  })
  .readonly();
export type UsageSum = z.infer<typeof UsageSum>;

/** What one Unit did over the last month, week, day and hour. */
export const UnitUsage = z
  .strictObject({
    repo: z.string(),
    unit: z.string(),
    month: UsageSum,
    week: UsageSum,
    day: UsageSum,
    hour: UsageSum,
  })
  .readonly();
export type UnitUsage = z.infer<typeof UnitUsage>;

/** What all Units of one Repo did over the last month, week, day and hour. */
export const RepoUsage = z
  .strictObject({
    repo: z.string(),
    /** Units that were heard in the month. */
    units: z.int().nonnegative(),
    month: UsageSum,
    week: UsageSum,
    day: UsageSum,
    hour: UsageSum,
  })
  .readonly();
export type RepoUsage = z.infer<typeof RepoUsage>;

export { Trial };
export type TrialRow = Trial;
