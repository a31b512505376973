import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { Objective } from "#grader/contracts/objective.ts";
import type { AxisDriver } from "../../axes/driver.ts";
import { SlotMeasurer } from "../../engine/slot-measurer.ts";
import { ThreadEngine } from "../../engine/thread-engine.ts";
import type { Ledger } from "../../measure/ledger.ts";
import { poissonPace } from "../../plan/pacer.ts";
import { type SkippingClock, skippingClock } from "../skipping-clock.ts";

const HOUR_MS = 3_600_000;
const HOURS = 24;
const UNITS = 50;
const PER_SEC = 40;
/** Fates end this long before the day does, so that each still shows. */
const CALM_MS = 300_000;

/** Fates of messages by slot: every so manieth. */
const LOST = 1009;
const OVERTAKEN = 983;
const VERY_LATE = 977;
const DUPLICATED = 997;
const ANSWER_MS = 5;
/** The stream's next message goes out about 1.25 s later. */
const OVERTAKEN_MS = 4000;
const VERY_LATE_MS = 60_000;
const DUPLICATE_MS = HOUR_MS;
/** Each Unit in turn is away for the last of these, sending nothing. */
const ROUND_MS = 1_800_000;
const AWAY_MS = 60_000;

/** A segment with its histograms, its schedule let go. */
const HOUR_LEAVES_BYTES = 25_000;
const NOISE_BYTES = 1_000_000;

interface Answer {
  readonly slot: number;
  readonly intendedAtMs: number;
  readonly atMs: number;
}

/** Answers that all take equally long. */
class Lane {
  readonly #ledger: Ledger;
  #answers: Answer[] = [];
  #next = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  push(answer: Answer): void {
    this.#answers.push(answer);
  }

  /** Answers whose time has come arrive at the moment they were due. */
  deliver(nowMs: number): void {
    for (; ; this.#next++) {
      const answer = this.#answers[this.#next];
      if (answer === undefined || answer.atMs > nowMs) break;
      const { slot, atMs, intendedAtMs } = answer;
      this.#ledger.arrivedInOrder(slot, slot % UNITS, atMs, intendedAtMs);
    }
    if (this.#next < 1000) return;
    this.#answers = this.#answers.slice(this.#next);
    this.#next = 0;
  }
}

/** A target whose every fault is known. */
class FatefulDriver implements AxisDriver {
  readonly axis = "relay" as const;
  readonly unitsConnected = UNITS;
  readonly openSockets = UNITS;
  readonly streams = UNITS;
  readonly dropped = 0;
  readonly pending = 0;
  readonly broken = null;
  readonly fates = { sent: 0, lost: 0, overtaken: 0, veryLate: 0, duplicated: 0, unsent: 0 };
  readonly #clock: SkippingClock;
  readonly #calmFromMs: number;
  readonly #onFlush: () => void;
  ledger: Ledger | undefined;
  #lanes: Lane[] = [];

  constructor(clock: SkippingClock, calmFromMs: number, onFlush: () => void) {
    this.#clock = clock;
    this.#calmFromMs = calmFromMs;
    this.#onFlush = onFlush;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  begin(_step: number, _load: number, ledger: Ledger): void {
    this.ledger = ledger;
    this.#lanes = Array.from({ length: 4 }, () => new Lane(ledger));
  }

  owns(): boolean {
    return true;
  }

  send(slot: number, intendedAtMs: number): void {
    const { fates, ledger } = this;
    const [soon, afterNext, late, muchLater] = this.#lanes;
    const now = this.#clock.now();
    const isTurn = slot % UNITS === Math.floor(now / ROUND_MS) % UNITS;
    const untilBackMs = ROUND_MS - (now % ROUND_MS);
    // Whatever is overtaken needs its Unit's next message soon.
    const leaving = isTurn && untilBackMs < 2 * AWAY_MS;
    const calm = now > this.#calmFromMs || leaving;
    if (isTurn && untilBackMs < AWAY_MS) {
      ledger?.unsent(slot, "disconnected");
      fates.unsent++;
      return;
    }
    ledger?.sent(slot, now, slot % UNITS);
    fates.sent++;
    const after = (ms: number): Answer => ({ slot, intendedAtMs, atMs: now + ms });
    if (!calm && slot % LOST === 0) fates.lost++;
    else if (!calm && slot % OVERTAKEN === 0) {
      fates.overtaken++;
      afterNext?.push(after(OVERTAKEN_MS));
    } else if (!calm && slot % VERY_LATE === 0) {
      fates.veryLate++;
      late?.push(after(VERY_LATE_MS));
    } else {
      soon?.push(after(ANSWER_MS));
      if (slot % DUPLICATED !== 0 || now > this.#calmFromMs - DUPLICATE_MS) return;
      fates.duplicated += 2;
      soon?.push(after(ANSWER_MS));
      muchLater?.push(after(DUPLICATE_MS));
    }
  }

  flush(): void {
    const now = this.#clock.now();
    for (const lane of this.#lanes) lane.deliver(now);
    this.#onFlush();
  }

  abandon(): void {}

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** What is still open of what a clock gave out. */
function watched(clock: SkippingClock) {
  const open = { wakes: 0, probes: 0 };
  const watchedClock: SkippingClock = {
    ...clock,
    openWake: (now, tick) => {
      const wake = clock.openWake(now, tick);
      open.wakes++;
      return {
        ...wake,
        stop: () => {
          open.wakes--;
          wake.stop();
        },
      };
    },
    openProbe: () => {
      const probe = clock.openProbe();
      open.probes++;
      return {
        ...probe,
        [Symbol.dispose]: () => {
          open.probes--;
        },
      };
    },
  };
  return { clock: watchedClock, open };
}

function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

interface Mark {
  readonly bytes: number;
  readonly capacity: number;
  readonly wakes: number;
  readonly probes: number;
}

/** May grow by two bits a message, and by what a finished hour leaves behind. */
function expectFlat(marks: readonly Mark[], slots: number): void {
  const [first] = marks;
  const last = marks.at(-1);
  if (first === undefined || last === undefined) throw new Error("no marks");
  expect(marks).toHaveLength(HOURS);
  const growth = last.bytes - first.bytes;
  console.log(
    `${slots} messages: ${first.bytes} bytes in use after half an hour, grown by ${growth}`,
  );
  expect(growth).toBeLessThan(slots / 4 + HOURS * HOUR_LEAVES_BYTES + NOISE_BYTES);
  for (const { capacity, wakes, probes } of marks) {
    expect([capacity, wakes, probes]).toEqual([first.capacity, first.wakes, first.probes]);
  }
}

const objective: Objective = {
  axis: "relay",
  deadlineMs: 250,
  maxBadRatio: 0.01,
  maxLostRatio: 0.01,
  maxGrowthRatio: 0.01,
  growthSlack: 10,
};

test("a day of 50 Units is counted to the message, in flat memory", {
  timeout: 120_000,
}, async () => {
  const collect = garbageCollector();
  const { clock, open } = watched(skippingClock());
  const startMs = clock.now();
  const marks: Mark[] = [];
  const seconds = { intended: 0, delivered: 0, lost: 0, unsent: 0 };
  let nextSecondMs = startMs + 1000;
  const driver = new FatefulDriver(clock, startMs + HOURS * HOUR_MS - CALM_MS, () => {
    if (clock.now() < nextSecondMs) return;
    nextSecondMs += 1000;
    void engine.takeSecond().then(({ intended, delivered, lost, unsent }) => {
      seconds.intended += intended;
      seconds.delivered += delivered;
      seconds.lost += lost;
      seconds.unsent += unsent;
    });
    // Half past each hour: the schedules of the hour are there, as in any other.
    if ((nextSecondMs - startMs) % HOUR_MS !== HOUR_MS / 2) return;
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    marks.push({
      bytes: heapUsed + arrayBuffers,
      capacity: driver.ledger?.capacity ?? 0,
      ...open,
    });
  });
  const engine = new ThreadEngine({
    driver,
    objective,
    clock,
    pacer: poissonPace,
    openWake: clock.openWake,
    openProbe: clock.openProbe,
    seed: 5,
  });
  const measurer = new SlotMeasurer({ engine, objective, clock });
  const { trials } = await measurer.measure(
    {
      kind: "load",
      phase: "soak",
      load: PER_SEC,
      settleMs: 0,
      windowMs: HOUR_MS,
      windows: HOURS,
      curtail: false,
      growthRule: true,
    },
    { runId: "r", stepNumber: 0, firstIndex: 0, signal: new AbortController().signal },
  );

  expect(trials).toHaveLength(HOURS);
  for (const t of trials) {
    expect(t.good + t.late + t.lost + t.errors + t.unsent + t.pending).toBe(t.intended);
    expect(t.latencyMs?.p50).toBeCloseTo(ANSWER_MS, 1);
  }
  const sum = (key: "intended" | "sent" | "good" | "late" | "lost" | "unsent" | "pending") =>
    trials.reduce((all, trial) => all + trial[key], 0);
  const { fates } = driver;
  const slots = fates.sent + fates.unsent;
  expect(slots).toBeGreaterThan(3_000_000);
  expect(sum("intended")).toBe(slots);
  expect(sum("sent")).toBe(fates.sent);
  expect(sum("unsent")).toBe(fates.unsent);
  expect(sum("lost")).toBe(fates.lost);
  expect(sum("late")).toBe(fates.overtaken + fates.veryLate);
  expect(sum("good")).toBe(fates.sent - fates.lost - fates.overtaken - fates.veryLate);
  expect(sum("pending")).toBe(0);
  const total = (key: "duplicated" | "reordered") =>
    trials.reduce((all, trial) => all + trial[key], 0);
  expect(total("duplicated")).toBe(fates.duplicated);
  expect(total("reordered")).toBe(fates.overtaken + fates.veryLate);
  const { intended, delivered, lost } = await engine.takeSecond();
  expect(seconds.intended + intended).toBe(slots);
  expect(seconds.delivered + delivered).toBe(fates.sent - fates.lost);
  expect(seconds.unsent).toBe(fates.unsent);
  // A loss taken back is set off against the next one.
  expect(seconds.lost + lost).toBeGreaterThanOrEqual(fates.lost);
  expect(seconds.lost + lost).toBeLessThan(fates.lost * 1.01);
  expectFlat(marks, slots);
  await measurer[Symbol.asyncDispose]();
  expect(open).toEqual({ wakes: 0, probes: 0 });
});
