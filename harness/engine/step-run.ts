import { openTicker, type Wake } from "../load/ticker.ts";
import { HealthWatch } from "../measure/generator-health.ts";
import type { Ledger } from "../measure/ledger.ts";
import { LowWater } from "../measure/low-water.ts";
import type { Segment } from "../measure/segment.ts";
import type { DrivenWindow, LoadStep, MeasureOptions } from "./measure-step.ts";
import { OverloadWatch } from "./overload-watch.ts";

const HALF_SECOND_MS = 500;
/** A window that is not curtailed and loses this share met overload, not a stall. */
const OVERLOADED = 0.2;
/** A slot missed by more than this, or half the deadline, is our failure: sending it is a burst. */
const TOO_LATE_MS = 50;

/** A window as it stands; late answers still change its segment. */
type OpenWindow = Omit<DrivenWindow, "segment"> & { readonly segment: Segment };

/** One load step being driven, tick by tick. */
export class StepRun implements Disposable {
  readonly windows: OpenWindow[] = [];
  settleAborted = false;
  broken: string | null = null;
  harmSec = 0;

  readonly #step: LoadStep;
  readonly #ledger: Ledger;
  readonly #options: MeasureOptions;
  readonly #health: HealthWatch;
  readonly #inFlight = new LowWater();
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
  #badAllowed = 0;
  #droppedBefore = 0;
  #unsentByUs = 0;

  constructor(step: LoadStep, ledger: Ledger, options: MeasureOptions) {
    this.#step = step;
    this.#ledger = ledger;
    this.#options = options;
    this.#health = new HealthWatch(() => options.clock.now(), options.openProbe);
    this.#windowsLeft = step.windows;
    this.#watch = new OverloadWatch(ledger, false, 0);
  }

  [Symbol.dispose](): void {
    this.#health[Symbol.dispose]();
  }

  /** Resolves after the last send, or at once when the run is stopped. */
  drive(): Promise<void> {
    const { clock, signal, openWake = openTicker } = this.#options;
    return new Promise((resolve, reject) => {
      const end = () => {
        ticker.stop();
        signal.removeEventListener("abort", finish);
      };
      const finish = () => {
        end();
        this.#close(clock.now(), true, false);
        resolve();
      };
      const ticker: Wake = openWake(
        () => clock.now(),
        (now) => {
          try {
            const due = this.#tick(now);
            if (due === Infinity) finish();
            return due;
          } catch (error) {
            end();
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

  /** A stall of ours while the last answers came in spoils the last window too. */
  judgingEnds(): void {
    const last = this.windows.pop();
    if (last === undefined) return;
    const after = this.#health.take({ intended: 0, unsent: 0, openSockets: 0 });
    const loopDelayMaxMs = Math.max(last.health.loopDelayMaxMs, after.loopDelayMaxMs);
    this.windows.push({ ...last, health: { ...last.health, loopDelayMaxMs } });
  }

  /** Sends what is due; returns when to be called again, or Infinity when the step is over. */
  #tick(now: number): number {
    const { driver, clock } = this.#options;
    this.#inFlight.note(now, this.#ledger.inFlight);
    this.#sendDue(now);
    driver.flush();
    this.#ledger.flushed(clock.now(), this.#tellLateness);
    this.#ledger.expire(now);
    if (now >= this.#nextHalfMs) {
      this.#nextHalfMs += HALF_SECOND_MS;
      if (now > this.#nextHalfMs) this.#nextHalfMs = now + HALF_SECOND_MS;
      if (this.#halfSecond(now)) return Infinity;
    }
    if (this.#segment === undefined) return Infinity;
    if (now >= this.#endMs) {
      const hard = this.#close(this.#endMs, false, false);
      if (this.#windowsLeft === 0 || (hard && this.#step.toTheEnd !== true)) return Infinity;
      this.#openWindow(this.#endMs);
    }
    const nextOffset = this.#offsets[this.#next];
    const nextSend = nextOffset === undefined ? this.#endMs : this.#startMs + nextOffset;
    return Math.min(nextSend, this.#endMs, this.#nextHalfMs);
  }

  #sendDue(now: number): void {
    const { driver, objective } = this.#options;
    const tooLateMs = Math.max(TOO_LATE_MS, objective.deadlineMs / 2);
    for (; this.#next < this.#offsets.length; this.#next++) {
      const intendedAt = this.#startMs + (this.#offsets[this.#next] ?? 0);
      if (intendedAt > now) return;
      const slot = this.#ledger.due(intendedAt);
      if (now - intendedAt > tooLateMs) {
        this.#ledger.unsent(slot, "generator-late");
        this.#unsentByUs++;
      } else driver.send(slot, intendedAt);
    }
  }

  readonly #tellLateness = (ms: number): void => {
    this.#health.lateness(ms);
    this.#options.onLateness?.(ms);
  };

  /** Looks at the last half second; true when the step must end now. */
  #halfSecond(now: number): boolean {
    const segment = this.#segment;
    if (segment === undefined) return true;
    // Where sessions come back by themselves, none left is no end.
    this.broken = this.#step.toTheEnd === true ? null : this.#options.driver.broken;
    if (this.broken !== null) {
      this.#close(now, true, true);
      return true;
    }
    const look = this.#watch.look(now, segment);
    if (look.harm) this.harmSec += HALF_SECOND_MS / 1000;
    if (!this.#step.curtail) return false;
    if (!segment.judged) {
      if (!look.settleOverload) return false;
      this.settleAborted = true;
      this.#close(now, true, true);
      return true;
    }
    if (!look.verdictFixed) return false;
    if (look.hard) {
      this.#close(now, true, true);
      return true;
    }
    if (!look.waitedEnough) return false;
    const hard = this.#close(now, true, false);
    if (hard || this.#windowsLeft === 0) return true;
    this.#openWindow(now);
    return false;
  }

  #openWindow(now: number): void {
    const { windowMs, windows } = this.#step;
    const fromMs = (windows - this.#windowsLeft) * windowMs;
    this.#windowsLeft--;
    this.#open(now, windowMs, true, fromMs);
  }

  /** `fromMs`: where in the step's whole schedule the segment begins. */
  #open(now: number, durationMs: number, judged: boolean, fromMs = 0): void {
    const { clock, pacer, random, driver, objective } = this.#options;
    this.#offsets = pacer(this.#step.load, durationMs, random(this.#segmentIndex++), fromMs);
    this.#next = 0;
    this.#startMs = now;
    this.#startWallMs = clock.wall() - (clock.now() - now);
    this.#endMs = now + durationMs;
    this.#nextHalfMs = now + HALF_SECOND_MS;
    this.#segment = this.#ledger.beginSegment(judged, now, this.#offsets.length);
    this.#segment.inFlightStart = this.#inFlight.value;
    this.#unsentByUs = 0;
    this.#droppedBefore = driver.dropped;
    this.#health.take({ intended: 0, unsent: 0, openSockets: driver.openSockets });
    this.#badAllowed = objective.maxBadRatio * this.#offsets.length;
    this.#watch = new OverloadWatch(this.#ledger, judged, this.#badAllowed);
  }

  /** Ends the running segment; true when it failed hard. */
  #close(now: number, curtailed: boolean, seenHard: boolean): boolean {
    const segment = this.#segment;
    if (segment === undefined) return false;
    this.#segment = undefined;
    segment.inFlightEnd = this.#inFlight.value;
    this.#ledger.endSegment(segment, now);
    const { driver } = this.#options;
    const health = this.#health.take({
      intended: segment.slots,
      unsent: this.#unsentByUs,
      openSockets: driver.openSockets,
    });
    if (!segment.judged && !this.settleAborted && this.broken === null) return false;
    const hard = seenHard || this.#isHard(segment);
    this.windows.push({
      segment,
      startedAtWallMs: this.#startWallMs,
      curtailed,
      hard,
      unsentByUs: this.#unsentByUs,
      health,
    });
    return hard;
  }

  #isHard(segment: Segment): boolean {
    if (this.#watch.overloadAtEnd(segment)) return true;
    const lostSessions = this.#options.driver.dropped > this.#droppedBefore;
    if (lostSessions && segment.bad > this.#badAllowed) return true;
    return !this.#step.curtail && segment.bad > OVERLOADED * segment.slots;
  }
}
