import { deviation, mean, quantile } from "./distance.ts";
import type { Follows } from "./model.ts";

/** Times of one topic, one list a Unit, each rising; a Unit has the same place in every topic. */
export interface TopicTimes {
  readonly name: string;
  /** It is told to the Unit: a command or an input, which others answer. */
  readonly isInput: boolean;
  readonly byUnit: readonly (readonly number[])[];
  readonly messages: number;
  /** By itself it is a good clock. */
  readonly isClock: boolean;
}

const LEAST_MESSAGES = 12;
/** So many of a follower's messages must come at their time after the leader. */
const LEAST_EXPLAINED = 0.9;
/** The window they come in must be this small a share of the leader's gap, or chance explains it. */
const MOST_WINDOW = 0.25;
const MOST_DELAY = 0.5;
/** A clock that is only sometimes beside another is a clock of its own. */
const LEAST_CHANCE_OF_CLOCK = 0.8;

/** For each topic the one it follows; leaders and loners are absent. No leader follows itself. */
export function fitFollows(topics: readonly TopicTimes[]): Map<string, Follows> {
  const candidates = new Map(
    topics.map((topic) => [
      topic.name,
      topics.flatMap((leader) => (leader === topic ? [] : (followsOf(leader, topic) ?? []))),
    ]),
  );
  const leaders = new Set<string>();
  const order = topics.toSorted(
    (a, b) => Number(b.isInput) - Number(a.isInput) || b.messages - a.messages,
  );
  const alone = (name: string) => (candidates.get(name) ?? []).length === 0;
  for (const { name } of order) if (alone(name)) leaders.add(name);
  const found = new Map<string, Follows>();
  for (const { name } of order) {
    if (leaders.has(name)) continue;
    const led = (candidates.get(name) ?? []).filter(({ topic }) => leaders.has(topic));
    const [best] = led.toSorted((a, b) => b.chance - a.chance || a.delay - b.delay);
    if (best === undefined) leaders.add(name);
    else found.set(name, best);
  }
  return found;
}

function followsOf(leader: TopicTimes, follower: TopicTimes): Follows | undefined {
  if (follower.isInput || leader.messages < LEAST_MESSAGES) return undefined;
  if (follower.messages < LEAST_MESSAGES) return undefined;
  const { delays, gaps } = pairs(leader, follower);
  if (delays.length < follower.messages * LEAST_EXPLAINED || gaps.length === 0) return undefined;
  const sorted = delays.toSorted((a, b) => a - b);
  const middle = quantile(sorted, 0.5);
  // Of a normal distribution these two lie 2.56 deviations apart; a stall now and then moves neither.
  const spread = (quantile(sorted, 0.9) - quantile(sorted, 0.1)) / 2.56;
  const half = Math.max(1, 4 * spread);
  const inside = sorted.filter((delay) => Math.abs(delay - middle) <= half);
  if (inside.length < follower.messages * LEAST_EXPLAINED) return undefined;
  const typicalGap = mean(gaps);
  const isTight = 4 * spread < MOST_WINDOW * typicalGap && middle < MOST_DELAY * typicalGap;
  const chance = inside.length / leader.messages;
  if (!isTight || chance > 1.02) return undefined;
  if (follower.isClock && chance < LEAST_CHANCE_OF_CLOCK) return undefined;
  return {
    kind: "follows",
    topic: leader.name,
    chance: Math.min(1, chance),
    delay: mean(inside),
    jitter: deviation(inside),
  };
}

/** For each message of the follower the time since the leader's last one in the same Unit. */
function pairs(leader: TopicTimes, follower: TopicTimes) {
  const delays: number[] = [];
  const gaps: number[] = [];
  follower.byUnit.forEach((times, unit) => {
    const led = leader.byUnit[unit] ?? [];
    for (let i = 1; i < led.length; i++) gaps.push((led[i] ?? 0) - (led[i - 1] ?? 0));
    let last = -1;
    for (const atMs of times) {
      while (last + 1 < led.length && (led[last + 1] ?? 0) <= atMs) last += 1;
      if (last >= 0) delays.push(atMs - (led[last] ?? 0));
    }
  });
  return { delays, gaps };
}
