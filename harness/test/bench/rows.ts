import type { ClientName, Facts, MeasuredRow, TargetName } from "./schema.ts";
import type { Work } from "./works.ts";

/** What the sink saw of a round at a fixed rate. */
export interface Arrivals {
  readonly arrivalErrorP50Ms?: number | undefined;
  readonly arrivalErrorP99Ms?: number | undefined;
}
export type Round = Facts & Arrivals;

const ARRIVAL_FIELDS = ["arrivalErrorP50Ms", "arrivalErrorP99Ms"] as const;
const MEDIAN_FIELDS = [
  "messages",
  "connections",
  "connectPerSec",
  "baseRssKb",
  "rssKbPerConnection",
  "sendErrorP50Ms",
  "sendErrorP99Ms",
  "latencyP50Ms",
  "latencyP99Ms",
  "received",
  "unsent",
  ...ARRIVAL_FIELDS,
] as const;

/** One row of a client's rounds: each figure is its own median. There must be at least one round. */
export function rowOf(
  work: Work,
  client: ClientName,
  target: TargetName,
  rounds: readonly Round[],
): MeasuredRow {
  const cpu = present(rounds.map(cpuSecPerMillion));
  const perSec = present(
    rounds.map(({ messages, wallMs }) => messages && (messages * 1000) / wallMs),
  );
  return {
    work: work.name,
    client,
    target,
    rounds: rounds.length,
    ...(cpu.length === 0
      ? {}
      : { cpuSecPerMillion: short(median(cpu)), cpuSpread: short(spread(cpu)) }),
    ...(perSec.length === 0 ? {} : { perSec: Math.round(median(perSec)) }),
    cpuRatio: short(median(rounds.map(({ cpuMs, wallMs }) => cpuMs / wallMs))),
    ...heldRate(work, rounds, median(perSec)),
    ...mediansOf(rounds, holdsSessions(work) ? MEDIAN_FIELDS : MEDIAN_FIELDS.filter(notMemory)),
  };
}

/** Less than this share of the rate, or half the messages later than this, and it was not kept. */
const HELD_SHARE = 0.99;
const HELD_P50_MS = 10;

function heldRate(
  { settings: { rate } }: Work,
  rounds: readonly Round[],
  perSec: number,
): { readonly heldRate?: boolean } {
  if (rate === undefined) return {};
  const lateMs = median(rounds.map(({ sendErrorP50Ms = 0 }) => sendErrorP50Ms));
  return { heldRate: perSec >= HELD_SHARE * rate && lateMs <= HELD_P50_MS };
}

const holdsSessions = ({ settings }: Work): boolean => (settings["holdMs"] ?? 0) > 0;
/** Before sessions have settled their memory says nothing. */
const notMemory = (field: string): boolean => !field.includes("Rss") && !field.startsWith("rss");

function mediansOf(
  rounds: readonly Round[],
  fields: readonly (typeof MEDIAN_FIELDS)[number][],
): Partial<MeasuredRow> {
  const medians: Partial<Record<(typeof MEDIAN_FIELDS)[number], number>> = {};
  for (const field of fields) {
    const values = present(rounds.map((round) => round[field]));
    if (values.length > 0) medians[field] = short(median(values));
  }
  return medians;
}

/** CPU-seconds a million messages: microseconds a message. */
const cpuSecPerMillion = ({ cpuMs, messages }: Facts): number | undefined =>
  messages && (cpuMs * 1000) / messages;

/** The middle value; of an even number the upper of the two, so that it is one that was measured. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const spread = (values: readonly number[]): number =>
  (Math.max(...values) - Math.min(...values)) / Math.max(median(values), Number.MIN_VALUE);

const present = (values: readonly (number | undefined)[]): number[] =>
  values.filter((value) => value !== undefined);

/** Four digits; whole numbers stay as they are. */
const short = (value: number): number =>
  Number.isInteger(value) ? value : Number(value.toPrecision(4));
