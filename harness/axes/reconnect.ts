import type { Clock } from "../load/clock.ts";
import { type Random, seededRandom } from "../load/random.ts";
import { LoadstoneError } from "../errors.ts";
import { type BackOff, backOffMs } from "./back-off.ts";
import type { ConnectOutcome } from "./connections.ts";

/** Who connects a Unit when its time has come. */
export interface Reconnects {
  isOpen(index: number): boolean;
  connectOne(index: number, signal: AbortSignal): Promise<ConnectOutcome>;
}

export interface ReconnectorOptions {
  readonly units: Reconnects;
  readonly backOff: BackOff;
  readonly seed: number;
  readonly clock: Clock;
  /** The target's limit of connects a second; storms do not ask for it. */
  readonly connectsPerSec: number;
  readonly signal: AbortSignal;
  readonly onConnected: (index: number) => void;
  readonly onFailed: (errorClass: string) => void;
}

interface Absence {
  readonly index: number;
  /** Each Unit draws from a stream of its own: who else is away changes nothing. */
  readonly random: Random;
  /** Back-offs so far. */
  waits: number;
  dueAtMs: number;
  /** Asks nobody whether it may connect. */
  isRushed: boolean;
}

const LOOK_MS = 10;

/** Brings Units back after the back-off of a device, as fast as the target's limit lets them. */
export class Reconnector {
  readonly #options: ReconnectorOptions;
  readonly #waiting = new Map<number, Absence>();
  readonly #connecting = new Set<number>();
  /** Absences of each Unit so far, so that the second draws anew. */
  readonly #absences = new Map<number, number>();
  #nextConnectMs = -Infinity;
  #isLooking = false;

  constructor(options: ReconnectorOptions) {
    this.#options = options;
  }

  /** Units waiting for their turn or connecting. */
  get away(): number {
    return this.#waiting.size + this.#connecting.size;
  }

  /** The Unit's session is gone: it waits, or not, and comes back. */
  comeBack(index: number, isRushed: boolean): void {
    const { seed, clock, signal } = this.#options;
    if (signal.aborted || this.#waiting.has(index) || this.#connecting.has(index)) return;
    const absences = (this.#absences.get(index) ?? 0) + 1;
    this.#absences.set(index, absences);
    const random = seededRandom(seed, index, absences);
    const absence: Absence = { index, random, waits: 0, dueAtMs: clock.now(), isRushed };
    if (isRushed) this.#enqueue(absence);
    else this.#backOff(absence);
  }

  #backOff(absence: Absence): void {
    const { backOff, clock } = this.#options;
    absence.isRushed = false;
    absence.dueAtMs = clock.now() + backOffMs(backOff, ++absence.waits, absence.random);
    this.#enqueue(absence);
  }

  #enqueue(absence: Absence): void {
    this.#waiting.set(absence.index, absence);
    void this.#look();
  }

  /** Looks on as long as anybody waits. */
  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { clock, signal } = this.#options;
    try {
      while (this.#waiting.size > 0 && !signal.aborted) {
        this.#connectDue(clock.now());
        await clock.sleepUntil(clock.now() + LOOK_MS, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#isLooking = false;
    }
  }

  /** Who has waited longest connects first. */
  #connectDue(now: number): void {
    const due = [...this.#waiting.values()].filter(({ dueAtMs }) => dueAtMs <= now);
    for (const absence of due.toSorted((a, b) => a.dueAtMs - b.dueAtMs)) {
      if (!absence.isRushed && !this.#mayConnect(now)) continue;
      this.#waiting.delete(absence.index);
      this.#connecting.add(absence.index);
      void this.#connect(absence);
    }
  }

  /** Room that was not used is not saved up beyond one look: the limit holds at any moment. */
  #mayConnect(now: number): boolean {
    if (now < this.#nextConnectMs) return false;
    const gapMs = 1000 / this.#options.connectsPerSec;
    this.#nextConnectMs = Math.max(this.#nextConnectMs, now - LOOK_MS) + gapMs;
    return true;
  }

  async #connect(absence: Absence): Promise<void> {
    const { units, signal, onConnected, onFailed } = this.#options;
    const { index } = absence;
    const error = await units.connectOne(index, signal).then(
      (outcome) => (outcome.connected ? undefined : (outcome.error ?? "refused")),
      (cause: unknown) => (cause instanceof LoadstoneError ? cause.code : String(cause)),
    );
    this.#connecting.delete(index);
    if (signal.aborted) return;
    if (error === undefined) {
      onConnected(index);
      // It may have been closed again before we heard that it was open.
      if (!units.isOpen(index)) this.comeBack(index, false);
      return;
    }
    onFailed(error);
    // A storm's Unit that was turned away waits like any other.
    this.#backOff(absence);
  }
}
