import type { CostVector, UnitCost } from "../contracts/cost.ts";
import { type ArrivalKind, minuteCount } from "./arrivals.ts";
import type { DeclaredUnit } from "./declared-unit.ts";
import { type Flow, type FlowAxis, flowOf } from "./topic-flow.ts";
import { RENEWAL_SEC, vectorOf } from "./vector.ts";

/** The vector of one Unit from what its profile declares. */
export function declaredCost(unit: DeclaredUnit): UnitCost {
  const flows = unit.topics.map((topic) => flowOf(unit, topic));
  const { connectedRatio } = unit.session;
  const api = apiPerSec(unit);
  const sum = (one: (flow: Flow) => number) =>
    connectedRatio * flows.reduce((total, flow) => total + one(flow), 0);
  const mean: CostVector = {
    link: connectedRatio,
    relay: sum(({ load }) => load.relay),
    store: sum(({ load }) => load.store),
    base: sum(({ load }) => load.base),
    api: api.calls + api.renewals,
  };
  const p95 = vectorOf((axis) => {
    // A session is there or not, and renewals come at their own pace.
    if (axis === "link") return 1;
    if (axis === "api") return upper(api.calls * 60, api.calls * 60) / 60 + api.renewals;
    return upper(mean[axis] * 60, minuteVariance(flows, axis)) / 60;
  });
  return {
    mean,
    p95,
    bytesPerSec:
      sum(({ wireBytes }) => wireBytes) + (2000 * connectedRatio) / unit.session.keepAlive,
    storedBytesPerSec: sum(({ storedBytes }) => storedBytes),
  };
}

function apiPerSec({ session, commands, topics, api }: DeclaredUnit) {
  const subscriptions = topics.map(({ role, links = 0 }) => (role === "input" ? 1 + links : 0));
  const published = topics.filter(({ role }) => role !== "input").length;
  const authorised = subscriptions.reduce((sum, one) => sum + one, commands.length + published);
  const connectsPerSec = session.reconnect === undefined ? 0 : 1000 / session.reconnect.every;
  const commanded = commands.reduce(
    (sum, { every, calls }) => sum + (every === undefined ? 0 : (1000 * calls) / every),
    0,
  );
  return {
    calls: session.connectedRatio * api.reduce((sum, { every }) => sum + 1000 / every, commanded),
    renewals: session.connectedRatio * authorised * (1 / RENEWAL_SEC + connectsPerSec),
  };
}

/**
 * Variance of an axis' minutes. Topics of one cycle rise together, so their weights add before they
 * are squared; whether each follower comes is drawn apart.
 */
function minuteVariance(flows: readonly Flow[], axis: FlowAxis): number {
  const weights = new Map<string, { weight: number; source: ArrivalKind; shape: number }>();
  let apart = 0;
  for (const { topic, source, leader, chance, perSec, load } of flows) {
    if (source === undefined || perSec === 0) continue;
    const weight = load[axis] / perSec;
    const known = weights.get(leader) ?? { weight: 0, source, shape: 0 };
    const shape = Math.max(known.shape, shapeVariance(topic.dayShape));
    weights.set(leader, { weight: known.weight + weight * chance, source, shape });
    apart += minuteCount(source).mean * chance * (1 - chance) * weight ** 2;
  }
  return [...weights.values()].reduce((sum, { weight, source, shape }) => {
    const { mean, variance } = minuteCount(source);
    return sum + weight ** 2 * (variance + mean ** 2 * shape);
  }, apart);
}

/** Relative variance of the hours of a day. */
function shapeVariance(dayShape: readonly number[] | undefined): number {
  if (dayShape === undefined) return 0;
  const mean = dayShape.reduce((sum, weight) => sum + weight, 0) / dayShape.length;
  if (mean === 0) return 0;
  return dayShape.reduce((sum, weight) => sum + (weight / mean - 1) ** 2, 0) / dayShape.length;
}

/** 95th percentile of a count with this mean and variance, by the normal distribution. */
const upper = (mean: number, variance: number): number => mean + 1.645 * Math.sqrt(variance);
