import { z } from "zod";
import { type ClickHouseAccess, connect, isMissing } from "./clickhouse-client.ts";
import { StoreError } from "./error.ts";

/** Messages of a Unit by what they ask of an instance, a second. */
const Rates = z
  .strictObject({
    node: z.number().nonnegative(),
    base: z.number().nonnegative(),
    stored: z.number().nonnegative(),
  })
  .readonly();

/** What one Unit did, as the meter counted it. */
export const UnitLoad = z
  .strictObject({
    repo: z.string(),
    unit: z.string(),
    mean: Rates,
    /** 95th percentile of its minutes. */
    p95: Rates,
    bytesPerSec: z.number().nonnegative(),
    /** Different topics it sent on. */
    topics: z.int().nonnegative(),
  })
  .readonly();
export type UnitLoad = z.infer<typeof UnitLoad>;

export interface UnitLoads {
  /** Hours in which anything was counted on the instance. */
  readonly hours: number;
  readonly units: readonly UnitLoad[];
  /** Of the whole instance: 95th percentile of its minutes, a second. */
  readonly busy: z.infer<typeof Rates>;
}

export interface UnitLoadsQuestion {
  /** Names the instance may have been metered under. */
  readonly instances: readonly string[];
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** Loads of the Units of an instance from its minutes; nothing when it was never metered. */
export async function readUnitLoads(
  access: ClickHouseAccess,
  question: UnitLoadsQuestion,
): Promise<UnitLoads> {
  const { client, toStoreError } = connect(access);
  try {
    const ask = async (query: string) => {
      const answer = await client.query({
        query,
        query_params: { ...question },
        format: "JSONEachRow",
      });
      return answer.json();
    };
    const [whole] = Whole.array().parse(await ask(WHOLE_QUERY));
    if (whole === undefined || whole.minutes === 0) return NOTHING;
    const rows = Row.array().parse(await ask(UNIT_QUERY));
    return {
      hours: whole.minutes / 60,
      units: rows.map((row) => loadOf(row, whole.minutes)),
      busy: { node: whole.node / 60, base: whole.base / 60, stored: whole.stored / 60 },
    };
  } catch (cause) {
    if (isMissing(cause)) return NOTHING;
    if (!(cause instanceof z.ZodError)) throw toStoreError(cause);
    const message = `the minutes of Units are not what this version writes: ${z.prettifyError(cause)}`;
    throw new StoreError("STORE_REJECTED", message, { cause });
  } finally {
    await client.close();
  }
}

const NOTHING: UnitLoads = { hours: 0, units: [], busy: { node: 0, base: 0, stored: 0 } };

/** Of the minutes in which the Unit sent at all; silent ones are put in where they are read. */
const LEVELS = [0, 0.25, 0.5, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95] as const;

const quantiles = z.array(z.number().nullable()).length(LEVELS.length);

const Row = z.strictObject({
  repo: z.string(),
  unit: z.string(),
  minutes: z.int().positive(),
  node: z.number(),
  base: z.number(),
  stored: z.number(),
  bytes: z.number(),
  topics: z.int(),
  nodeMinutes: quantiles,
  baseMinutes: quantiles,
  storedMinutes: quantiles,
});

const Whole = z.strictObject({
  minutes: z.int(),
  node: z.number(),
  base: z.number(),
  stored: z.number(),
});

/** What a Unit sends on its base topics is named so, its nodes by their id; commands come down. */
const IS_BASE = "node IN ('state', 'log')";
const IS_COMMAND = "startsWith(node, 'command/')";

const MINUTES = `
  FROM unit_minutes
  WHERE has({instances: Array(String)}, toString(instance))
    AND atMs >= {sinceMs: Float64} AND atMs < {untilMs: Float64} AND NOT ${IS_COMMAND}`;

const PER_MINUTE = (by: string) => `
  SELECT ${by}, atMs,
    sumIf(messages, NOT ${IS_BASE}) AS nodeCount, sumIf(messages, ${IS_BASE}) AS baseCount,
    sum(unit_minutes.stored) AS storedCount, sum(unit_minutes.bytes) AS byteCount,
    groupUniqArray(256)(node) AS nodes
  ${MINUTES}
  GROUP BY ${by}, atMs`;

const UNIT_QUERY = `
  SELECT repo, unit, count() AS minutes,
    sum(nodeCount) AS node, sum(baseCount) AS base, sum(storedCount) AS stored,
    sum(byteCount) AS bytes, length(groupUniqArrayArray(256)(nodes)) AS topics,
    quantilesTDigest(${LEVELS.join(", ")})(nodeCount) AS nodeMinutes,
    quantilesTDigest(${LEVELS.join(", ")})(baseCount) AS baseMinutes,
    quantilesTDigest(${LEVELS.join(", ")})(storedCount) AS storedMinutes
  FROM (${PER_MINUTE("repo, unit")})
  GROUP BY repo, unit ORDER BY repo, unit`;

const WHOLE_QUERY = `
  SELECT count() AS minutes,
    ifNotFinite(quantileTDigest(0.95)(nodeCount), 0) AS node,
    ifNotFinite(quantileTDigest(0.95)(baseCount), 0) AS base,
    ifNotFinite(quantileTDigest(0.95)(storedCount), 0) AS stored
  FROM (${PER_MINUTE("instance")})`;

function loadOf(row: z.infer<typeof Row>, minutes: number): UnitLoad {
  const seconds = minutes * 60;
  const p95 = (of: readonly (number | null)[]) => worstMinute(of, row.minutes / minutes) / 60;
  return {
    repo: row.repo,
    unit: row.unit,
    mean: { node: row.node / seconds, base: row.base / seconds, stored: row.stored / seconds },
    p95: { node: p95(row.nodeMinutes), base: p95(row.baseMinutes), stored: p95(row.storedMinutes) },
    bytesPerSec: row.bytes / seconds,
    topics: row.topics,
  };
}

/** 95th percentile of all minutes from the quantiles of those that are not silent. */
export function worstMinute(ofSent: readonly (number | null)[], sentRatio: number): number {
  const level = 1 - 0.05 / sentRatio;
  if (level < 0) return 0;
  const above = LEVELS.findIndex((known) => known >= level - 1e-9);
  const high = ofSent[above] ?? 0;
  const low = ofSent[above - 1] ?? high;
  const from = LEVELS[above - 1] ?? 0;
  const span = (LEVELS[above] ?? 0) - from;
  return span <= 0 ? high : low + ((high - low) * (level - from)) / span;
}
