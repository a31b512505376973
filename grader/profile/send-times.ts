import { dayWarp } from "./day-shape.ts";
import { around, drawBytes, exponential, geometric, normal } from "./draw.ts";
import type { Follows, OwnArrivals, Random, TopicModel } from "./model.ts";
import { TimeHeap } from "./time-heap.ts";

/** A message a Unit means to send. */
export interface PlannedSend {
  readonly atMs: number;
  readonly unit: number;
  /** Index of the topic in the profile. */
  readonly topic: number;
  readonly bytes: number;
}

export interface SendTimesOptions {
  readonly units: number;
  readonly durationMs: number;
  /** A stream of its own for each name; the same name gives the same stream. */
  readonly random: (...names: readonly number[]) => Random;
  /** Twice as fast is 2. */
  readonly speed?: number;
  /** Time of day at the start, milliseconds since midnight, where a profile has a day's shape. */
  readonly startOfDayMs?: number;
}

/** One topic of one Unit: its next time, and how it goes on. */
interface Source {
  readonly unit: number;
  readonly topic: number;
  /** Undefined: a single message, such as one that follows another. */
  readonly times: Iterator<number> | undefined;
  /** Sizes, and who follows. */
  readonly draws: Random;
}

/**
 * All sends of so many Units of a profile, rising. Lazy: a long run costs memory for one time a
 * topic and Unit. Each topic of each Unit draws from a stream of its own, so that more Units change
 * nothing for those before.
 */
export function* sendTimes(
  topics: readonly TopicModel[],
  options: SendTimesOptions,
): Generator<PlannedSend> {
  const { durationMs, speed = 1 } = options;
  const endMs = durationMs * speed;
  const heap = new TimeHeap<Source>();
  for (let unit = 0; unit < options.units; unit++) {
    topics.forEach((topic, at) => addTopic(heap, topic, at, unit, options));
  }
  const followers = topics.map(({ name }) => followersOf(topics, name));
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) {
    const { atMs, item } = next;
    if (atMs >= endMs) return;
    const bytes = drawBytes(topics[item.topic]?.bytes ?? 0, item.draws);
    yield { atMs: atMs / speed, unit: item.unit, topic: item.topic, bytes };
    const again = item.times?.next();
    if (again?.done === false) heap.push(again.value, item);
    for (const { when, topic } of followers[item.topic] ?? []) {
      if (item.draws() >= when.chance) continue;
      const delayMs = Math.max(0, normal(when.delay, when.jitter, item.draws));
      heap.push(atMs + delayMs, { ...item, topic, times: undefined });
    }
  }
}

/** Name of the random streams that all Units share. */
const TOGETHER = -1;
/** What a connect causes is out within this. */
const CONNECT_MS = 1000;

function addTopic(
  heap: TimeHeap<Source>,
  { when, perConnect, dayShape }: TopicModel,
  topic: number,
  unit: number,
  { random, startOfDayMs = 0 }: SendTimesOptions,
): void {
  const own = random(unit, topic, 0);
  const draws = random(unit, topic, 1);
  for (let left = around(perConnect, own); left > 0; left--) {
    heap.push(own() * CONNECT_MS, { unit, topic, times: undefined, draws });
  }
  if (when === undefined || when.kind === "follows") return;
  const together = when.kind === "periodic" && when.aligned;
  const flat = ownTimes(when, together ? random(TOGETHER, topic, 0) : own, unit);
  const times = dayShape === undefined ? flat : along(flat, dayShape, startOfDayMs);
  const first = times.next();
  if (first.done !== true) heap.push(first.value, { unit, topic, times, draws });
}

const followersOf = (topics: readonly TopicModel[], leader: string) =>
  topics.flatMap(({ when, name }, topic) =>
    when?.kind === "follows" && when.topic === leader && name !== leader ? [{ when, topic }] : [],
  );

/** Times of a topic that follows none, rising, from 0 and without end. */
export function* ownTimes(when: OwnArrivals, random: Random, unit = 0): Generator<number> {
  switch (when.kind) {
    case "periodic":
      yield* periodicTimes(when.every, when.jitter, random);
      return;
    case "poisson":
      for (let atMs = exponential(when.every, random); ; atMs += exponential(when.every, random)) {
        yield atMs;
      }
    case "bursts":
      yield* burstTimes(when, random);
      return;
    case "trace":
      yield* traceTimes(when, unit === 0 ? 0 : random() * when.length);
      return;
    default:
      when satisfies never;
  }
}

function* periodicTimes(every: number, jitter: number, random: Random): Generator<number> {
  // Where a Unit is in its first period nobody knows.
  for (let atMs = random() * every; ; atMs += Math.max(0, normal(every, jitter, random))) {
    yield atMs;
  }
}

/** Bursts start as they like, also while another goes on: their messages are put in order. */
function* burstTimes(
  { every, messages, gap }: Extract<OwnArrivals, { kind: "bursts" }>,
  random: Random,
): Generator<number> {
  const heap = new TimeHeap<number>();
  heap.push(exponential(every, random), -1);
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) {
    const { atMs, item } = next;
    const isStart = item < 0;
    if (isStart) heap.push(atMs + exponential(every, random), -1);
    const left = isStart ? geometric(messages, random) - 1 : item - 1;
    yield atMs;
    if (left > 0) heap.push(atMs + exponential(gap, random), left);
  }
}

/** The trace over and over; another Unit begins somewhere else in it. */
function* traceTimes(
  { offsetsMs, length }: Extract<OwnArrivals, { kind: "trace" }>,
  shiftMs: number,
): Generator<number> {
  for (let round = 0; ; round++) {
    for (const offsetMs of offsetsMs) {
      const atMs = round * length + offsetMs - shiftMs;
      if (atMs >= 0) yield atMs;
    }
  }
}

function* along(flat: Generator<number>, shape: readonly number[], startMs: number) {
  const warp = dayWarp(shape);
  const startFlat = warp.toFlat(startMs);
  for (const atMs of flat) yield Math.max(0, warp.toClock(startFlat + atMs) - startMs);
}

/** Messages a second of one Unit, mean over a day; followers count by their leader. */
export function ratePerSec(topics: readonly TopicModel[], name: string): number {
  const topic = topics.find((one) => one.name === name);
  return topic?.when === undefined ? 0 : rateOf(topics, topic.when);
}

function rateOf(topics: readonly TopicModel[], when: OwnArrivals | Follows): number {
  switch (when.kind) {
    case "periodic":
    case "poisson":
      return 1000 / when.every;
    case "bursts":
      return (1000 * when.messages) / when.every;
    case "trace":
      return (1000 * when.offsetsMs.length) / when.length;
    case "follows":
      return when.chance * ratePerSec(topics, when.topic);
    default:
      return when satisfies never;
  }
}
