import type { Step } from "#grader/capacity/step.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { AxisDriver } from "../axes/driver.ts";
import type { Clock } from "../load/clock.ts";
import type { Random } from "../load/random.ts";
import { type OpenWake, openTicker } from "../load/ticker.ts";
import { HealthWatch, type OpenProbe } from "../measure/generator-health.ts";
import { Ledger, type Segment, SLOT } from "../measure/ledger.ts";
import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import type { Pacer } from "../plan/pacer.ts";
import { OverloadWatch } from "./overload-watch.ts";

export type LoadStep = Extract<Step, { kind: "load" }>;

/** One driven segment and the generator's health in it. */
export interface DrivenWindow {
  readonly segment: Segment;
  readonly startedAtWallMs: number;
  readonly curtailed: boolean;
  readonly hard: boolean;
  /** Slots never sent through our own fault. */
  readonly unsentByUs: number;
  readonly health: GeneratorHealth;
}

export interface DrivenStep {
  readonly ledger: Ledger;
  readonly windows: readonly DrivenWindow[];
  /** The settle was aborted as plain overload; `windows` then holds the settle alone. */
  readonly settleAborted: boolean;
  readonly elapsedMs: number;
  readonly harmSec: number;
}

export interface MeasureOptions {
  readonly driver: AxisDriver;
  readonly objective: Objective;
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly openWake?: OpenWake | undefined;
  readonly openProbe?: OpenProbe | undefined;
  readonly signal: AbortSignal;
  /** A fresh stream of numbers for a segment: the schedule is fixed before its first send. */
  readonly random: (segment: number) => Random;
  /** Handed the step's ledger before the first send. */
  readonly onLedger?: (ledger: Ledger) => void;
  /** Told the lateness of each send, for displays. */
  readonly onLateness?: (ms: number) => void;
}

const HALF_SECOND_MS = 500;

/**
 * Drives one load step in real time: settle, then its windows back to back, then waits until every
 * deadline has passed. Decides nothing but when to stop early; judging is `judgeWindow`'s.
 */
export async function measureStep(
  step: LoadStep,
  stepNumber: number,
  options: MeasureOptions,
): Promise<DrivenStep> {
  const { driver, clock, objective, signal } = options;
  const ledger = new Ledger(objective.deadlineMs, driver.streams);
  driver.begin(stepNumber, step.load, ledger);
  options.onLedger?.(ledger);
  const run = new StepRun(step, ledger, options);
  const startedAtMs = clock.now();
  try {
    await run.drive();
    await waitForDeadlines(driver, ledger, clock, signal);
  } finally {
    run.dispose();
  }
  return {
    ledger,
    windows: run.windows,
    settleAborted: run.settleAborted,
    elapsedMs: clock.now() - startedAtMs,
    harmSec: run.harmSec,
  };
}

/** After the last send: until all is answered, or the last deadline has passed. */
async function waitForDeadlines(
  driver: AxisDriver,
  ledger: Ledger,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const until = clock.now() + ledger.deadlineMs + 20;
  while (ledger.inFlight > 0 && clock.now() < until && !signal.aborted) {
    await clock.sleepUntil(Math.min(until, clock.now() + 10));
    driver.flush();
  }
  ledger.expire(clock.now());
}

class StepRun {
  readonly windows: DrivenWindow[] = [];
  settleAborted = false;
  harmSec = 0;

  readonly #step: LoadStep;
  readonly #ledger: Ledger;
  readonly #options: MeasureOptions;
  readonly #health: HealthWatch;
  #segment: Segment | undefined;
  #offsets: Float64Array = new Float64Array(0);
  #next = 0;
  #startMs = 0;
  #startWallMs = 0;
  #endMs = 0;
  #segmentIndex = 0;
  #windowsLeft: number;
  #nextHalfMs = 0;
  #watch: OverloadWatch;
  #unsentByUs = 0;
  #latenessSeen = 0;

  constructor(step: LoadStep, ledger: Ledger, options: MeasureOptions) {
    this.#step = step;
    this.#ledger = ledger;
    this.#options = options;
    this.#health = new HealthWatch(() => options.clock.now(), options.openProbe);
    this.#windowsLeft = step.windows;
    this.#watch = new OverloadWatch(ledger, false, 0);
  }

  dispose(): void {
    this.#health[Symbol.dispose]();
  }

  drive(): Promise<void> {
    const { clock, signal, openWake = openTicker } = this.#options;
    return new Promise((resolve, reject) => {
      const finish = () => {
        ticker.stop();
        signal.removeEventListener("abort", finish);
        if (this.#segment !== undefined) this.#close(clock.now(), true, false);
        resolve();
      };
      const ticker = openWake(
        () => clock.now(),
        (now) => {
          try {
            const due = this.#tick(now);
            if (due === Infinity) finish();
            return due;
          } catch (error) {
            ticker.stop();
            signal.removeEventListener("abort", finish);
            reject(error);
            return Infinity;
          }
        },
      );
      signal.addEventListener("abort", finish, { once: true });
      if (this.#step.settleMs > 0) this.#open(clock.now(), this.#step.settleMs, false);
      else this.#openWindow(clock.now());
      ticker.start();
    });
  }

  /** Sends what is due; returns when to be called again, or Infinity when the step is over. */
  #tick(now: number): number {
    const { driver, objective, clock } = this.#options;
    // A slot missed by more than this is our own failure: sending it now would only be a burst.
    const tooLateMs = Math.max(50, objective.deadlineMs / 2);
    while (this.#next < this.#offsets.length) {
      const intendedAt = this.#startMs + (this.#offsets[this.#next] ?? 0);
      if (intendedAt > now) break;
      this.#next++;
      const slot = this.#ledger.due(intendedAt);
      if (now - intendedAt > tooLateMs) {
        this.#ledger.unsent(slot, "generator-late");
        this.#unsentByUs++;
      } else driver.send(slot, intendedAt);
    }
    driver.flush();
    this.#recordLateness(clock.now());
    this.#ledger.expire(now);
    if (now >= this.#nextHalfMs) {
      this.#nextHalfMs += HALF_SECOND_MS;
      if (now > this.#nextHalfMs) this.#nextHalfMs = now + HALF_SECOND_MS;
      if (this.#halfSecond(now)) return Infinity;
    }
    if (this.#segment === undefined) return Infinity;
    if (now >= this.#endMs) {
      this.#close(this.#endMs, false, false);
      if (this.#windowsLeft === 0) return Infinity;
      this.#openWindow(this.#endMs);
    }
    const nextSend =
      this.#next < this.#offsets.length
        ? this.#startMs + (this.#offsets[this.#next] ?? 0)
        : this.#endMs;
    return Math.min(nextSend, this.#endMs, this.#nextHalfMs);
  }

  /** Lateness runs to the moment the sockets had the bytes, not to the decision to send. */
  #recordLateness(flushedAtMs: number): void {
    const ledger = this.#ledger;
    for (; this.#latenessSeen < ledger.slots; this.#latenessSeen++) {
      if (ledger.stateOf(this.#latenessSeen) === SLOT.unsent) continue;
      const lateMs = flushedAtMs - ledger.intendedAt(this.#latenessSeen);
      this.#health.lateness(lateMs);
      this.#options.onLateness?.(lateMs);
    }
  }

  /** Looks at the last half second; true when the step must end now. */
  #halfSecond(now: number): boolean {
    const segment = this.#segment;
    if (segment === undefined) return true;
    if (this.#options.driver.broken !== null) {
      this.#close(now, true, true);
      return true;
    }
    const look = this.#watch.look(now, segment);
    if (look.harm) this.harmSec += HALF_SECOND_MS / 1000;
    if (!segment.judged) {
      if (this.#step.curtail && look.settleOverload) {
        this.settleAborted = true;
        this.#close(now, true, true);
        return true;
      }
      return false;
    }
    if (!this.#step.curtail || !look.verdictFixed) return false;
    if (look.hard) {
      this.#close(now, true, true);
      return true;
    }
    if (look.waitedEnough) {
      this.#close(now, true, false);
      if (this.#windowsLeft === 0) return true;
      this.#openWindow(now);
    }
    return false;
  }

  #openWindow(now: number): void {
    this.#windowsLeft--;
    this.#open(now, this.#step.windowMs, true);
  }

  #open(now: number, durationMs: number, judged: boolean): void {
    const { clock, pacer, random, driver, objective } = this.#options;
    this.#offsets = pacer(this.#step.load, durationMs, random(this.#segmentIndex++));
    this.#next = 0;
    this.#startMs = now;
    this.#startWallMs = clock.wall() - (clock.now() - now);
    this.#endMs = now + durationMs;
    this.#nextHalfMs = now + HALF_SECOND_MS;
    this.#segment = this.#ledger.beginSegment(judged, now, this.#offsets.length);
    this.#unsentByUs = 0;
    this.#health.take({ intended: 0, unsent: 0, openSockets: driver.openSockets });
    this.#watch = new OverloadWatch(
      this.#ledger,
      judged,
      objective.maxBadRatio * this.#offsets.length,
    );
  }

  #close(now: number, curtailed: boolean, hard: boolean): void {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#ledger.endSegment(segment, now);
    const health = this.#health.take({
      intended: segment.slots,
      unsent: this.#unsentByUs,
      openSockets: this.#options.driver.openSockets,
    });
    const overload = hard || (segment.judged && this.#watch.overloadAtEnd(segment));
    if (segment.judged || this.settleAborted) {
      const startedAtWallMs = this.#startWallMs;
      this.windows.push({
        segment,
        startedAtWallMs,
        curtailed,
        hard: overload,
        unsentByUs: this.#unsentByUs,
        health,
      });
    }
    this.#segment = undefined;
  }
}
