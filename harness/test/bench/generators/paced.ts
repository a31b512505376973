import type { LoadStep } from "../../../engine/measure-step.ts";
import { ThreadEngine } from "../../../engine/thread-engine.ts";
import { Histogram } from "../../../measure/histogram.ts";
import { constantPace } from "../../../plan/pacer.ts";
import type { Facts } from "../schema.ts";
import { connectDriver } from "./fleet.ts";
import { type Asked, beginPart } from "./measured.ts";

/** On the sink nothing arrives, so the step waits for it at the end. */
const SINK_DEADLINE_MS = 500;
const DEADLINE_MS = 5000;
const SEED = 1;
const SECOND_MS = 1000;

/** The engine's own step at a steady rate, a step of warming up before. */
export async function paced(asked: Asked, listens: boolean): Promise<Facts> {
  const { clock, driver } = await connectDriver(asked, listens);
  const rate = asked.number("rate");
  const windowMs = asked.number("seconds") * 1000;
  const engine = new ThreadEngine({
    driver,
    objective: {
      axis: "relay",
      deadlineMs: listens ? DEADLINE_MS : SINK_DEADLINE_MS,
      maxBadRatio: 0.01,
      maxLostRatio: 0.001,
      maxGrowthRatio: 0.01,
      growthSlack: 10,
    },
    clock,
    pacer: constantPace,
    seed: SEED,
  });
  const { signal } = new AbortController();
  const step: Omit<LoadStep, "windowMs"> = {
    kind: "load",
    phase: "wave",
    load: rate,
    settleMs: 0,
    windows: 1,
    curtail: false,
    growthRule: false,
    toTheEnd: true,
  };
  await engine.drive({ ...step, windowMs: asked.number("warmMs") }, 0, signal);
  const seconds = setInterval(() => void engine.takeSecond(), SECOND_MS);
  const end = beginPart();
  const { windows } = await engine.drive({ ...step, windowMs }, 1, signal);
  const { cpuMs } = end();
  clearInterval(seconds);
  const [window] = windows;
  if (window === undefined) throw new Error("the step gave no window");
  const { segment, health } = window;
  const latency = Histogram.of(segment.latency).quantiles();
  return {
    cpuMs,
    // Waiting for the last answers is no part of the rate.
    wallMs: windowMs,
    messages: segment.sent,
    unsent: segment.unsent,
    sendErrorP50Ms: health.latenessP50Ms,
    sendErrorP99Ms: health.latenessP99Ms,
    ...(listens ? { received: segment.good + segment.late } : {}),
    latencyP50Ms: latency?.p50,
    latencyP99Ms: latency?.p99,
  };
}
