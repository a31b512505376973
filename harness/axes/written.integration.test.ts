import { afterEach, expect, test } from "vitest";
import type { Objective } from "#grader/contracts/objective.ts";
import type { DrivenStep, LoadStep } from "../engine/measure-step.ts";
import { monotonicOriginMs } from "../load/aligned-clock.ts";
import { systemClock } from "../load/clock.ts";
import { openThreads } from "../load/threads.ts";
import { toTrials } from "../measure/to-trial.ts";
import { startAedes } from "../transport/mqtt/aedes.suite.ts";
import { Crew } from "./crew.ts";
import { readReading } from "./store-kind.ts";
import { slotOf, stepOf } from "./tag.ts";
import { brokerUnits } from "./unit-source.ts";
import type { Seen, WrittenWork } from "./written-kind.ts";

const UNITS = 4;
const RUN_TAG = 9;
const { signal } = new AbortController();

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const objectiveOf = (axis: "relay" | "store"): Objective => ({
  axis,
  deadlineMs: 600,
  maxBadRatio: 0.01,
  maxLostRatio: 0.01,
  maxGrowthRatio: 0.01,
  growthSlack: 10,
});

const step: LoadStep = {
  kind: "load",
  phase: "wave",
  load: 100,
  settleMs: 0,
  windowMs: 1000,
  windows: 1,
  curtail: false,
  growthRule: false,
};

const store: WrittenWork = {
  axis: "store",
  units: UNITS,
  arrivals: "constant",
  payloadBytes: 32,
  qos: 1,
  runTag: RUN_TAG,
};

/** A broker whose readings are read back at once, unless `hides` says otherwise. */
async function openCrew(threads: number, hides: (seen: Seen) => boolean = () => false) {
  const opened: Crew[] = [];
  const { port, stop } = await startAedes({
    authorizePublish: (_client, packet, done) => {
      const unit = Number(packet.topic.split("/")[2]);
      const { serial } = readReading(packet.payload.toString(), unit, RUN_TAG) ?? {};
      if (serial !== undefined) {
        const seen = { unit, stream: unit, serial, atMs: systemClock.now() };
        if (!hides(seen)) opened[0]?.arrived({ axis: "store", seen: [seen] });
      }
      done(null);
    },
  });
  closing.push(stop);
  const shards = await openThreads(threads, {
    seed: 3,
    clockOriginMs: monotonicOriginMs(() => systemClock.now()),
    units: { runTag: RUN_TAG, payloadBytes: 64 },
    connect: {
      host: "127.0.0.1",
      port,
      tls: false,
      serverName: "127.0.0.1",
      keepAliveSec: 60,
      maxInflight: 1000,
      connectsPerSec: 1000,
      connectTimeoutMs: 10_000,
      qos: 1,
    },
  });
  const source = brokerUnits("written", UNITS, {});
  const crew = new Crew({ shards, source, clock: systemClock, connectsPerSec: 1000 });
  opened.push(crew);
  closing.push(() => crew[Symbol.asyncDispose]());
  await crew.connect(UNITS, signal);
  return crew;
}

const trialOf = (axis: "relay" | "store", driven: DrivenStep) => {
  const context = { runId: "r", objective: objectiveOf(axis), stepNumber: 0, firstIndex: 0 };
  return toTrials(driven, step, context)[0];
};

/** Rows 0 and 3 of ten keep time windows, 1 counts, 2 the last value alone. */
const LAST_ONLY = 2;

test.each([1, 2])("%i threads drive relay and store at the same time", async (threads) => {
  const crew = await openCrew(threads);
  const primed = await crew.primeWritten({ work: store, primesPerSec: 1000 }, signal);
  expect(primed).toEqual({ fresh: UNITS, silent: 0 });
  const relay = { axis: "relay", units: UNITS, arrivals: "constant" } as const;
  const [relayed, stored] = await Promise.all([
    crew.drive({ work: relay, step, stepNumber: 5, objective: objectiveOf("relay") }, signal),
    crew.drive({ work: store, step, stepNumber: 5, objective: objectiveOf("store") }, signal),
  ]);
  const whole = { planned: 100, sent: 100, lost: 0, duplicated: 0, errors: 0 };
  for (const trial of [trialOf("relay", relayed), trialOf("store", stored)]) {
    expect(trial).toMatchObject(whole);
    expect((trial?.good ?? 0) + (trial?.late ?? 0)).toBe(100);
    // The step is over once all have arrived; the acknowledgement of the last may still be on its way.
    expect(trial?.acknowledged).toBeGreaterThanOrEqual(95);
  }
  for (const axis of ["relay", "store"] as const) {
    expect(await crew.out(axis, signal)).toEqual({ inFlight: 0, pending: 0 });
    expect(await crew.takeSecond(axis)).toMatchObject({ intended: 100, delivered: 100 });
  }
});

test("what is overwritten before it is read counts as done with the last, a lost row as lost", async () => {
  const newest = 98;
  const lostRow = 41;
  const crew = await openCrew(1, ({ unit, serial }) => {
    if (stepOf(serial) === 0) return false;
    const slot = slotOf(serial);
    return slot === lostRow || (unit === LAST_ONLY && slot < newest);
  });
  const objective = objectiveOf("store");
  const driven = await crew.drive({ work: store, step, stepNumber: 0, objective }, signal);
  const trial = trialOf("store", driven);
  expect(trial).toMatchObject({ planned: 100, sent: 100, duplicated: 0, reordered: 0 });
  // The row's stream moved on past it; all of the last value's were seen, the early ones late.
  expect(trial?.lost).toBe(1);
  expect((trial?.good ?? 0) + (trial?.late ?? 0)).toBe(99);
  expect(trial?.late).toBeGreaterThanOrEqual(8);
});

test("a step of an axis that is being driven already is refused", async () => {
  const crew = await openCrew(1);
  const order = { work: store, step, stepNumber: 0, objective: objectiveOf("store") };
  const first = crew.drive(order, signal);
  await expect(crew.drive(order, signal)).rejects.toThrow("being driven already");
  await first;
});
