/**
 * Acceptance tests 18 and 19 of the grading method: what is reported of a target that stalls, against
 * an exact simulation of the same target, and that no message is counted twice or not at all.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Objective } from "#grader/contracts/objective.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import type { LoneDriver } from "../axes/driver.ts";
import { seededRandom } from "../load/random.ts";
import type { Ledger } from "../measure/ledger.ts";
import { toTrials } from "../measure/to-trial.ts";
import { poissonPace } from "../plan/pacer.ts";
import { QueueDriver } from "../test/queue-driver.ts";
import { type SkippingClock, skippingClock } from "../test/skipping-clock.ts";
import { type LoadStep, measureStep } from "./measure-step.ts";

const DEADLINE_MS = 250;
const PER_SEC = 360;
const RUN_MS = 300_000;
/** Four workers of 400 a second in all, which stand still for half a second about every 20 s. */
const WORKERS = 4;
const SERVICE = { medianMs: 5.8, sigma: 1.048 } as const;
const STALL_MS = 500;
const STALL_EVERY_MS = 20_000;

/**
 * When the answer to a message leaves, given when it came, both from the start of the run. Exact: no
 * step of time. Its stalls follow from the seed alone, whatever comes.
 */
function stallingServer(seed: number): (atMs: number) => number {
  const free = Array.from({ length: WORKERS }, () => 0);
  const forStalls = seededRandom(seed, 1);
  const forService = seededRandom(seed, 2);
  const gapMs = () => -STALL_EVERY_MS * Math.log(1 - forStalls());
  const serviceMs = () => {
    const radius = Math.sqrt(-2 * Math.log(1 - forService()));
    const normal = radius * Math.cos(2 * Math.PI * forService());
    return SERVICE.medianMs * Math.exp(SERVICE.sigma * normal);
  };
  let stallAtMs = gapMs();
  return (atMs) => {
    const first = free.indexOf(Math.min(...free));
    let beginsMs = Math.max(free[first] ?? 0, atMs);
    while (stallAtMs + STALL_MS < beginsMs) stallAtMs += STALL_MS + gapMs();
    if (beginsMs >= stallAtMs) beginsMs = stallAtMs + STALL_MS;
    const doneMs = beginsMs + serviceMs();
    free[first] = doneMs;
    return doneMs;
  };
}

/** Share of messages that miss the deadline when each is served from the moment it was due. */
function exactMissRatio(seed: number, dueMs: readonly number[]): number {
  const serve = stallingServer(seed);
  const late = dueMs.filter((atMs) => serve(atMs) - atMs > DEADLINE_MS);
  return late.length / dueMs.length;
}

/** A driver whose answers come when the server says. */
class StallingDriver implements LoneDriver {
  readonly axis = "api" as const;
  readonly unitsConnected = 2;
  readonly openSockets = 2;
  readonly pending = 0;
  readonly broken = null;
  readonly dropped = 0;
  readonly streams = 1;
  readonly #clock: SkippingClock;
  readonly #beganAtMs: number;
  readonly #serve: (atMs: number) => number;
  /** When its messages were due, from the start of the run. */
  readonly dueMs: number[] = [];
  readonly #out: { slot: number; atMs: number }[] = [];
  #ledger: Ledger | undefined;

  constructor(clock: SkippingClock, serve: (atMs: number) => number) {
    this.#clock = clock;
    this.#beganAtMs = clock.now();
    this.#serve = serve;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  begin(_step: number, _load: number, ledger: Ledger): void {
    this.#ledger = ledger;
  }

  owns(): boolean {
    return true;
  }

  send(slot: number, intendedAtMs: number): void {
    this.dueMs.push(intendedAtMs - this.#beganAtMs);
    this.flush();
    const now = this.#clock.now();
    this.#ledger?.sent(slot, now, 0);
    const atMs = this.#beganAtMs + this.#serve(now - this.#beganAtMs);
    const behind = this.#out.findLastIndex((each) => each.atMs <= atMs);
    this.#out.splice(behind + 1, 0, { slot, atMs });
  }

  flush(): void {
    const now = this.#clock.now();
    for (let next = this.#out[0]; next !== undefined && next.atMs <= now; next = this.#out[0]) {
      this.#out.shift();
      this.#ledger?.arrived(next.slot, next.atMs);
    }
  }

  abandon(): void {}

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

const objective: Objective = {
  axis: "api",
  deadlineMs: DEADLINE_MS,
  maxBadRatio: 0.01,
  maxLostRatio: 0.001,
  maxGrowthRatio: 0.01,
  growthSlack: 10,
};

/** Drives a step in virtual time and gives its windows. */
async function trialsOf(
  step: LoadStep,
  clock: SkippingClock,
  driver: LoneDriver,
): Promise<Trial[]> {
  const driven = await measureStep(step, 0, {
    driver,
    objective,
    clock,
    pacer: poissonPace,
    openWake: clock.openWake,
    openProbe: clock.openProbe,
    signal: new AbortController().signal,
    random: (segment) => seededRandom(11, segment),
  });
  return toTrials(driven, step, { runId: "r", objective, stepNumber: 0, firstIndex: 0 });
}

const oneLongWindow: LoadStep = {
  kind: "load",
  phase: "soak",
  load: PER_SEC,
  settleMs: 0,
  windowMs: RUN_MS,
  windows: 1,
  curtail: false,
  growthRule: false,
};

test("18: stalls are reported as long as they are, not as often as they are met", async () => {
  const seed = 18;
  const clock = skippingClock();
  const driver = new StallingDriver(clock, stallingServer(seed));
  const [trial] = await trialsOf(oneLongWindow, clock, driver);
  if (trial === undefined) throw new Error("expected a window");
  const missed = (trial.late + trial.lost + trial.pending) / trial.intended;
  const exact = exactMissRatio(seed, driver.dueMs);
  // A generator that waits for each answer would report a fortieth of it.
  expect(exact).toBeGreaterThan(0.08);
  expect(missed / exact).toBeGreaterThan(0.8);
  expect(missed / exact).toBeLessThan(1.2);
  expect(trial.intended / (PER_SEC * (RUN_MS / 1000))).toBeCloseTo(1, 1);
});

test("19: every message of every window has one end, whatever target and generator do", async () => {
  const anyStall = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 600 }));
  const anyTarget = fc.record({
    perSec: fc.integer({ min: 20, max: 400 }),
    bufferSec: fc.double({ min: 0.02, max: 2, noNaN: true }),
    stallAt: fc.array(anyStall, { maxLength: 4 }).map((stalls) => new Map(stalls)),
  });
  const anyStep = fc.record({
    load: fc.integer({ min: 20, max: 300 }),
    settleMs: fc.constantFrom(0, 700),
    windows: fc.integer({ min: 1, max: 3 }),
    curtail: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(anyTarget, anyStep, async (target, change) => {
      const clock = skippingClock();
      const driver = new QueueDriver({ ...target, clock, axis: "api" });
      const step = { ...oneLongWindow, ...change, windowMs: 2000 };
      for (const t of await trialsOf(step, clock, driver)) {
        const ends = t.good + t.late + t.lost + t.errors + t.unsent + t.pending;
        expect(ends).toBe(t.intended);
        expect(t.sent + t.unsent).toBe(t.intended);
        expect(t.intended).toBeLessThanOrEqual(t.planned);
      }
    }),
    { numRuns: 40 },
  );
});
