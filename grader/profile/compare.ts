import { ksBetween, mean } from "./distance.ts";
import { drawBytes } from "./draw.ts";
import type { Random, TopicModel } from "./model.ts";
import { ratePerSec, sendTimes } from "./send-times.ts";

/** One topic of two profiles; what one of them lacks is undefined. */
export interface TopicDifference {
  readonly name: string;
  /** Messages a second of one Unit. */
  readonly ratePerSec: readonly [number | undefined, number | undefined];
  readonly meanBytes: readonly [number | undefined, number | undefined];
  /** Kolmogorov–Smirnov between the gaps, and between the sizes, that both would make. */
  readonly gapDistance: number | undefined;
  readonly sizeDistance: number | undefined;
  readonly same: boolean;
}

/** Beyond these, two profiles are of different Units. */
const SAME_RATIO = 1.1;
const SAME_DISTANCE = 0.15;
const SENDS = 1000;

/** Compares what Units of two profiles would send, topic by topic. */
export function compareProfiles(
  a: readonly TopicModel[],
  b: readonly TopicModel[],
  random: (...names: readonly number[]) => Random,
): TopicDifference[] {
  const names = [...new Set([...a, ...b].map(({ name }) => name))];
  return names.map((name) => {
    const both = [a, b].map((topics) => sampleOf(topics, name, random));
    const [left, right] = both;
    const rates = [left?.perSec, right?.perSec] as const;
    const sizes = [left && mean(left.bytes), right && mean(right.bytes)] as const;
    const gapDistance = distanceOf(left?.gaps, right?.gaps);
    const sizeDistance = distanceOf(left?.bytes, right?.bytes);
    const near = [gapDistance, sizeDistance].every((one) => (one ?? 0) <= SAME_DISTANCE);
    const same = left !== undefined && right !== undefined && near && isNear(...rates);
    return { name, ratePerSec: rates, meanBytes: sizes, gapDistance, sizeDistance, same };
  });
}

interface Sample {
  readonly perSec: number;
  readonly gaps: readonly number[];
  readonly bytes: readonly number[];
}

function sampleOf(
  topics: readonly TopicModel[],
  name: string,
  random: (...names: readonly number[]) => Random,
): Sample | undefined {
  const index = topics.findIndex((topic) => topic.name === name);
  const topic = topics[index];
  if (topic === undefined) return undefined;
  const perSec = ratePerSec(topics, name);
  const draws = random(-2, index);
  const bytes = Array.from({ length: SENDS }, () => drawBytes(topic.bytes ?? 0, draws));
  return { perSec, gaps: gapsOf(topics, index, perSec, random), bytes: bytes.sort(rising) };
}

function gapsOf(
  topics: readonly TopicModel[],
  index: number,
  perSec: number,
  random: (...names: readonly number[]) => Random,
): number[] {
  if (perSec === 0) return [];
  const { when } = topics[index] ?? {};
  // Only the topic asked about and the one it follows: others would only cost time.
  const alone = topics.filter(
    ({ name }, at) => at === index || (when?.kind === "follows" && name === when.topic),
  );
  const wanted = alone.findIndex((topic) => topic === topics[index]);
  const durationMs = (SENDS / perSec) * 1000;
  const times: number[] = [];
  const plain = alone.map((topic) => ({ ...topic, perConnect: 0, dayShape: undefined }));
  for (const { atMs, topic } of sendTimes(plain, { units: 1, durationMs, random })) {
    if (topic === wanted) times.push(atMs);
  }
  return times
    .slice(1)
    .map((atMs, i) => atMs - (times[i] ?? 0))
    .sort(rising);
}

const rising = (x: number, y: number): number => x - y;

const distanceOf = (a: readonly number[] | undefined, b: readonly number[] | undefined) =>
  a === undefined || b === undefined || a.length === 0 || b.length === 0
    ? undefined
    : ksBetween(a, b);

function isNear(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a === b || (a <= b * SAME_RATIO && b <= a * SAME_RATIO);
}
