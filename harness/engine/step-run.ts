import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import type { AxisDriver } from "../axes/driver.ts";
import type { Clock } from "../load/clock.ts";
import type { Random } from "../load/random.ts";
import { type OpenWake, openTicker, type Wake } from "../load/ticker.ts";
import { HealthWatch, type OpenProbe } from "../measure/generator-health.ts";
import type { Ledger } from "../measure/ledger.ts";
import { type InFlightMark, SteadyMark } from "../measure/in-flight-mark.ts";
import type { Segment } from "../measure/segment.ts";
import type { Pacer } from "../plan/pacer.ts";
import type { Cut } from "./conductor.ts";
import type { LoadStep } from "./measure-step.ts";
import { ownTurns } from "./own-turns.ts";
import { nextDue, nextHalf, type Running, tallyOf } from "./running.ts";
import type { Tally } from "./tally.ts";

/** A slot missed by more than this, or half the deadline, is our failure: sending it is a burst. */
const TOO_LATE_MS = 50;

export interface StepRunOptions {
  readonly driver: AxisDriver;
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly signal: AbortSignal;
  /** A fresh stream of numbers for a segment: the schedule is fixed before its first send. */
  readonly random: (segment: number) => Random;
  readonly openWake?: OpenWake | undefined;
  readonly openProbe?: OpenProbe | undefined;
  /** Told what the part has come to; may say at once what to do, or later by `cut`. */
  readonly onTally: (tally: Tally, nowMs: number) => Cut | undefined;
  /** Told the lateness of each send, for displays. */
  readonly onLateness?: ((ms: number) => void) | undefined;
}

/** A segment that was driven; late answers still change its counts. */
export interface RunSegment {
  readonly segment: Segment;
  readonly startedAtWallMs: number;
  /** Slots never sent through our own fault. */
  readonly unsentByUs: number;
  readonly health: GeneratorHealth;
}

/**
 * One thread's part of a load step, driven tick by tick: sends its own slots of the schedule and
 * tells twice a second what came of them. Ends a segment at its planned end, or when told.
 */
export class StepRun implements Disposable {
  readonly segments: RunSegment[] = [];
  readonly #step: LoadStep;
  readonly #ledger: Ledger;
  readonly #options: StepRunOptions;
  readonly #health: HealthWatch;
  readonly #inFlight: InFlightMark;
  readonly #tooLateMs: number;
  #running: Running | undefined;
  #begun = 0;
  #windowsLeft: number;
  #turnsBefore = 0;
  #plannedMs = 0;
  #cut: Cut | undefined;
  #wake: Wake | undefined;

  constructor(step: LoadStep, ledger: Ledger, options: StepRunOptions) {
    this.#step = step;
    this.#ledger = ledger;
    this.#options = options;
    this.#health = new HealthWatch(() => options.clock.now(), options.openProbe);
    this.#inFlight = options.driver.inFlightMark ?? new SteadyMark(ledger);
    this.#tooLateMs = Math.max(TOO_LATE_MS, options.deadlineMs / 2);
    this.#windowsLeft = step.windows;
  }

  [Symbol.dispose](): void {
    this.#health[Symbol.dispose]();
  }

  /** Resolves after the last send, or at once when the run is stopped. */
  drive(startMs: number): Promise<void> {
    const { clock, signal, openWake = openTicker } = this.#options;
    return new Promise((resolve, reject) => {
      const end = () => {
        wake.stop();
        signal.removeEventListener("abort", finish);
      };
      const finish = () => {
        end();
        this.#stopByHand(clock.now());
        resolve();
      };
      const wake: Wake = openWake(
        () => clock.now(),
        (now) => {
          try {
            const due = this.#tick(now);
            if (due !== Infinity) return due;
            end();
            resolve();
          } catch (error) {
            end();
            reject(error);
          }
          return Infinity;
        },
      );
      this.#wake = wake;
      signal.addEventListener("abort", finish, { once: true });
      if (this.#step.settleMs > 0) this.#open(startMs, this.#step.settleMs, false);
      else this.#openWindow(startMs);
      wake.start();
    });
  }

  /** Ends a segment early; the moment may still be to come. */
  cut(cut: Cut): void {
    this.#cut = cut;
    this.#wake?.again();
  }

  /** The generator's health since the last segment ended. */
  healthAfter(): GeneratorHealth {
    return this.#health.take({ intended: 0, unsent: 0, openSockets: 0 });
  }

  /** Sends what is due; returns when to be called again, or Infinity when the step is over. */
  #tick(now: number): number {
    const { driver, clock } = this.#options;
    this.#inFlight.note(now);
    this.#sendDue(now);
    driver.flush();
    this.#ledger.flushed(clock.now(), this.#options.onLateness);
    this.#ledger.expire(now);
    this.#tellHalves(now);
    this.#obey(now);
    this.#endByPlan(now);
    return this.#running === undefined ? Infinity : nextDue(this.#running, this.#cut);
  }

  #sendDue(now: number): void {
    const running = this.#running;
    if (running === undefined) return;
    const { offsetsMs, turns } = running.turns;
    const cutAtMs = this.#cut?.segment === running.number ? this.#cut.atMs : Infinity;
    for (; running.next < offsetsMs.length; running.next++) {
      const intendedAt = running.startMs + (offsetsMs[running.next] ?? 0);
      if (intendedAt > now || intendedAt >= cutAtMs) return;
      const slot = this.#ledger.due(intendedAt);
      if (now - intendedAt > this.#tooLateMs) {
        this.#ledger.unsent(slot, "generator-late");
        running.unsentByUs++;
      } else this.#options.driver.send(slot, intendedAt, turns[running.next] ?? 0);
    }
  }

  /** Half seconds lie at the same times in all threads, however late one of them wakes. */
  #tellHalves(now: number): void {
    for (;;) {
      const running = this.#running;
      if (running === undefined) return;
      const halfMs = nextHalf(running);
      if (halfMs > now || halfMs > running.endMs) return;
      running.looks++;
      this.#tell(running, "half", halfMs, now);
      this.#obey(now);
    }
  }

  #endByPlan(now: number): void {
    const running = this.#running;
    if (running === undefined || now < running.endMs) return;
    this.#tell(running, "end", running.endMs, now);
    this.#close(running, running.endMs);
    const isOver = this.#cut?.next === false || this.#windowsLeft === 0;
    if (!isOver) this.#openWindow(running.endMs);
  }

  #stopByHand(now: number): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#tell(running, "stopped", now, now);
    this.#close(running, now);
  }

  #tell(running: Running, moment: Tally["moment"], atMs: number, now: number): void {
    const tally = tallyOf(running, moment, atMs, this.#ledger, this.#options.driver);
    const cut = this.#options.onTally(tally, now);
    if (cut !== undefined) this.#cut = cut;
  }

  /** Does what was asked, once it is time. A segment that has ended by plan is past cutting. */
  #obey(now: number): void {
    const cut = this.#cut;
    const running = this.#running;
    if (cut === undefined || running === undefined || now < cut.atMs) return;
    if (cut.segment === running.number) {
      this.#close(running, cut.atMs);
      if (cut.next && this.#windowsLeft > 0) this.#openWindow(cut.atMs);
    } else if (!cut.next) this.#close(running, now);
  }

  #openWindow(startMs: number): void {
    this.#windowsLeft--;
    this.#open(startMs, this.#step.windowMs, true);
  }

  #open(startMs: number, durationMs: number, judged: boolean): void {
    const { clock, pacer, random, driver } = this.#options;
    const number = this.#begun++;
    const offsets = pacer(this.#step.load, durationMs, random(number), this.#plannedMs);
    const turns = ownTurns(offsets, this.#turnsBefore, driver);
    this.#turnsBefore += offsets.length;
    this.#plannedMs += durationMs;
    const segment = this.#ledger.beginSegment(judged, startMs, turns.offsetsMs.length);
    this.#inFlight.begin(segment, startMs + durationMs);
    this.#ledger.recentBad = 0;
    this.#ledger.recentSettled = 0;
    this.#health.take({ intended: 0, unsent: 0, openSockets: driver.openSockets });
    this.#running = {
      segment,
      number,
      turns,
      startMs,
      startedAtWallMs: clock.wall() - (clock.now() - startMs),
      endMs: startMs + durationMs,
      inFlightBefore: this.#ledger.inFlight,
      droppedBefore: driver.dropped,
      next: 0,
      looks: 0,
      unsentByUs: 0,
    };
  }

  #close({ segment, startedAtWallMs, unsentByUs }: Running, atMs: number): void {
    this.#running = undefined;
    this.#inFlight.end(segment);
    this.#ledger.endSegment(segment, atMs);
    const { openSockets } = this.#options.driver;
    const counts = { intended: segment.slots, unsent: unsentByUs, openSockets };
    const health = this.#health.take(counts);
    this.segments.push({ segment, startedAtWallMs, unsentByUs, health });
  }
}
