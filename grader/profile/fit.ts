import { burstiness, ksBetween } from "./distance.ts";
import { fitDayShape, dayWarp } from "./day-shape.ts";
import { normal } from "./draw.ts";
import { fitFollows, type TopicTimes } from "./fit-follows.ts";
import { fitGaps, type GapFit, LEAST_GAPS } from "./fit-gaps.ts";
import { fitSizes, type SizeFit } from "./fit-sizes.ts";
import type { Arrivals, Follows, Random, Trace } from "./model.ts";
import { areAligned } from "./aligned.ts";

/** What was heard of one topic of Units of one kind. */
export interface TopicRecord {
  readonly name: string;
  readonly isInput: boolean;
  /** One list a Unit, rising, milliseconds since the recording began; empty where it was silent. */
  readonly byUnit: readonly (readonly number[])[];
  /** Payload bytes of all messages. */
  readonly sizes: readonly number[];
}

/** Units of one kind, recorded together. */
export interface KindRecord {
  readonly units: number;
  readonly topics: readonly TopicRecord[];
  /** When somebody listened, rising: between them nothing is known. */
  readonly windows: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** Time of day at offset 0, milliseconds since midnight. */
  readonly startOfDayMs: number;
}

export interface TopicFit {
  readonly name: string;
  readonly isInput: boolean;
  /** Undefined: heard so little that only its size is told. */
  readonly when: Arrivals | undefined;
  readonly sizes: SizeFit;
  readonly dayShape: readonly number[] | undefined;
  readonly messages: number;
  /** Model ÷ recording. */
  readonly rateRatio: number;
  readonly gapDistance: number | undefined;
  readonly burstiness: number | undefined;
  readonly verdict: "fits" | "replayed" | "too-few";
}

const MOST_TRACE = 10_000;

/** A model of each topic: the simplest that explains it, else the recording itself to replay. */
export function fitKind(kind: KindRecord, random: Random): TopicFit[] {
  const own = new Map(kind.topics.map((topic) => [topic.name, ownFit(kind, topic)]));
  const follows = fitFollows(
    kind.topics.map((topic): TopicTimes => {
      const fit = own.get(topic.name)?.fit;
      const isClock = fit?.isGood === true && fit.when.kind === "periodic";
      return { ...topic, messages: topic.sizes.length, isClock };
    }),
  );
  return kind.topics.map((topic) => {
    const leading = follows.get(topic.name);
    const leader = kind.topics.find(({ name }) => name === leading?.topic);
    if (leading !== undefined && leader !== undefined) {
      return followerFit(kind, topic, leader, leading, random);
    }
    return concluded(kind, topic, own.get(topic.name), random);
  });
}

interface OwnFit {
  readonly fit: GapFit | undefined;
  readonly gaps: readonly number[];
  readonly dayShape: readonly number[] | undefined;
}

function ownFit(kind: KindRecord, { byUnit, sizes }: TopicRecord): OwnFit {
  const clockTimes = byUnit.flat().map((atMs) => atMs + kind.startOfDayMs);
  const beginMs = kind.windows[0]?.fromMs ?? 0;
  const spanMs = (kind.windows.at(-1)?.toMs ?? 0) - beginMs;
  const shape = fitDayShape(clockTimes, beginMs + kind.startOfDayMs, spanMs);
  const plain = { ...gapsOf(byUnit, kind.windows), dayShape: undefined };
  const first = fitOf(kind, plain.gaps, sizes.length, plain.stretches);
  // A clock ticks at night, too.
  if (shape === undefined || first?.when.kind === "periodic") return { ...plain, fit: first };
  const warp = dayWarp(shape);
  const flat = (atMs: number) => warp.toFlat(atMs + kind.startOfDayMs);
  const windows = kind.windows.map(({ fromMs, toMs }) => ({
    fromMs: flat(fromMs),
    toMs: flat(toMs),
  }));
  const warped = gapsOf(
    byUnit.map((times) => times.map(flat)),
    windows,
  );
  const fit = fitOf({ ...kind, windows }, warped.gaps, sizes.length, warped.stretches);
  return { gaps: warped.gaps, fit, dayShape: shape };
}

function fitOf(
  { windows, units }: KindRecord,
  gaps: readonly number[],
  messages: number,
  stretches: number,
): GapFit | undefined {
  if (gaps.length < LEAST_GAPS) return undefined;
  return fitGaps({ gaps, messages, unitMs: units * lengthOf(windows), stretches });
}

const lengthOf = (windows: KindRecord["windows"]): number =>
  windows.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);

/** Sorted gaps within windows, and the stretches of time in which there was a message at all. */
export function gapsOf(
  byUnit: readonly (readonly number[])[],
  windows: KindRecord["windows"],
): { readonly gaps: readonly number[]; readonly stretches: number } {
  const gaps: number[] = [];
  let stretches = 0;
  for (const times of byUnit) {
    let window = 0;
    let before: number | undefined;
    for (const atMs of times) {
      while (atMs > (windows[window]?.toMs ?? Infinity)) {
        window += 1;
        before = undefined;
      }
      if (before === undefined) stretches += 1;
      else gaps.push(atMs - before);
      before = atMs;
    }
  }
  return { gaps: gaps.sort((a, b) => a - b), stretches };
}

function concluded(
  kind: KindRecord,
  topic: TopicRecord,
  own: OwnFit | undefined,
  random: Random,
): TopicFit {
  const { name, isInput, sizes } = topic;
  const messages = sizes.length;
  const about = { name, isInput, messages, sizes: fitSizes(sizes, random) };
  const { fit, gaps = [], dayShape } = own ?? { fit: undefined, dayShape: undefined };
  const told = gaps.length < 2 ? undefined : burstiness(gaps);
  if (fit?.isGood === true) {
    const aligned = fit.when.kind === "periodic" && areAligned(topic.byUnit, fit.when.every);
    const when = fit.when.kind === "periodic" ? { ...fit.when, aligned } : fit.when;
    const rateRatio = (ratePerMs(when) * kind.units * lengthOf(kind.windows)) / messages;
    const verdict = "fits";
    return {
      ...about,
      when,
      dayShape,
      rateRatio,
      gapDistance: fit.distance,
      burstiness: told,
      verdict,
    };
  }
  const when = traceOf(kind, topic);
  const verdict = fit === undefined ? "too-few" : "replayed";
  const rateRatio =
    when === undefined
      ? 0
      : (ratePerMs(when) * kind.units * lengthOf(kind.windows)) / Math.max(1, messages);
  return {
    ...about,
    when,
    dayShape: undefined,
    rateRatio,
    gapDistance: fit?.distance,
    burstiness: told,
    verdict,
  };
}

function ratePerMs(when: Exclude<Arrivals, Follows>): number {
  if (when.kind === "trace") return when.offsetsMs.length / when.length;
  return (when.kind === "bursts" ? when.messages : 1) / when.every;
}

/** What the Unit in the middle did, to be sent again as it was. */
function traceOf(kind: KindRecord, { byUnit, sizes }: TopicRecord): Trace | undefined {
  const perUnit = sizes.length / Math.max(1, kind.units);
  const [typical = []] = byUnit
    .filter((times) => times.length > 0)
    .toSorted((a, b) => Math.abs(a.length - perUnit) - Math.abs(b.length - perUnit));
  if (typical.length === 0) return undefined;
  const fromMs = kind.windows[0]?.fromMs ?? 0;
  const toMs = kind.windows.at(-1)?.toMs ?? 0;
  const offsetsMs = typical.slice(0, MOST_TRACE).map((atMs) => atMs - fromMs);
  const cutMs = typical[MOST_TRACE];
  const length = cutMs === undefined ? toMs - fromMs : cutMs - fromMs;
  return { kind: "trace", offsetsMs, length: Math.max(length, (offsetsMs.at(-1) ?? 0) + 1) };
}

/** Judged by the gaps it would have had behind the leader as recorded. */
function followerFit(
  kind: KindRecord,
  { name, isInput, byUnit, sizes }: TopicRecord,
  leader: TopicRecord,
  when: Follows,
  random: Random,
): TopicFit {
  const simulated = leader.byUnit.map((times) =>
    times
      .filter(() => random() < when.chance)
      .map((atMs) => atMs + Math.max(0, normal(when.delay, when.jitter, random)))
      .sort((a, b) => a - b),
  );
  const { gaps } = gapsOf(byUnit, kind.windows);
  return {
    name,
    isInput,
    when,
    sizes: fitSizes(sizes, random),
    dayShape: undefined,
    messages: sizes.length,
    rateRatio: (when.chance * leader.sizes.length) / sizes.length,
    gapDistance:
      gaps.length < 2 ? undefined : ksBetween(gaps, gapsOf(simulated, kind.windows).gaps),
    burstiness: gaps.length < 2 ? undefined : burstiness(gaps),
    verdict: "fits",
  };
}
