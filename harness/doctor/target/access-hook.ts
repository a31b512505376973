import type { BenchClient } from "../../conformance/bench-client.ts";
import type { Clock } from "../../load/clock.ts";
import { bad, type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

const ASKED = 5;
/** EMQX asks so many at a time. */
const POOL = 8;
/** Commands, inputs, telemetry and outputs of a usual Unit: asked anew at every connect. */
const CALLS_A_CONNECT = 10;
const CONNECTS_PER_SEC = 20;
/** Above it the hook, not the listener's rate, says how fast Units can connect. */
const WANTED_MS = (1000 * POOL) / (CONNECTS_PER_SEC * CALLS_A_CONNECT);
const UNBEARABLE_MS = 3000;

/** How long the broker waits for the backend's word on one topic. */
export const accessHook: Check = {
  id: "access-hook",
  title: "Access hook",
  about: "instance",
  needs: ["path-link"],
  withinMs: 60_000,
  run: async (context) => {
    const bench = await targetOf(context).bench();
    const unit = bench.unit(0);
    const client = await bench.connect(unit.token);
    const base = `${bench.parts.broker.domain}/input_base_topic/${unit.uuid}`;
    const topics = Array.from({ length: ASKED }, (_, at) => `${base}/doctor${at}/pepeunit`);
    const { clock } = context.world;
    const asked = await timed(client, topics, clock);
    // Remembered by the connection now: what is left is the way there and back.
    const remembered = await timed(client, topics, clock);
    return judgeHook(Math.max(0, median(asked) - median(remembered)));
  },
};

async function timed(client: BenchClient, topics: readonly string[], clock: Clock) {
  const tookMs: number[] = [];
  for (const topic of topics) {
    const startedAtMs = clock.now();
    await client.subscribe(topic);
    tookMs.push(clock.now() - startedAtMs);
  }
  return tookMs;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** @param tookMs of one call, by what a first subscription takes longer than a second one. */
export function judgeHook(tookMs: number) {
  const connects = (1000 * POOL) / (Math.max(tookMs, 0.1) * CALLS_A_CONNECT);
  const seen = `${tookMs.toFixed(1)} ms a topic: good for about ${Math.floor(connects)} connects/s`;
  const needed = `${WANTED_MS} ms or less for the listener's ${CONNECTS_PER_SEC} connects/s`;
  if (tookMs <= WANTED_MS) return ok(seen, needed);
  const fix =
    "give PU_LINK's name an internal address, so that the broker's calls pass no proxy, and raise " +
    "PU_WORKER_COUNT; connect Units more slowly (--connect-rate)";
  return bad(tookMs > UNBEARABLE_MS ? "fail" : "warn", seen, needed, fix);
}
