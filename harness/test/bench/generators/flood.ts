import type { AxisDriver } from "../../../axes/driver.ts";
import type { Clock } from "../../../load/clock.ts";
import { HealthWatch } from "../../../measure/generator-health.ts";
import { Ledger } from "../../../measure/ledger.ts";
import { LowWater } from "../../../measure/low-water.ts";
import { SecondSampler } from "../../../measure/second-sampler.ts";

const SECOND_MS = 1000;

/**
 * Offers slots of the engine's driver as fast as they are taken, with all that a step keeps of them:
 * the ledger, lateness told twice, in-flight, deadlines and counts a second. Only the schedule is
 * missing, because there is none in a closed loop.
 */
export class Flood implements Disposable {
  readonly ledger: FloodLedger;
  readonly #driver: AxisDriver;
  readonly #clock: Clock;
  readonly #health: HealthWatch;
  readonly #sampler: SecondSampler;
  readonly #inFlight = new LowWater();
  #secondMs: number;

  constructor(driver: AxisDriver, clock: Clock, deadlineMs: number, slots: number) {
    this.#driver = driver;
    this.#clock = clock;
    this.ledger = new FloodLedger(deadlineMs, driver.streams);
    driver.begin(0, 0, this.ledger);
    this.ledger.beginSegment(true, clock.now(), slots);
    this.#health = new HealthWatch(() => clock.now());
    this.#sampler = new SecondSampler(() => clock.now());
    this.#sampler.follow(this.ledger);
    this.#secondMs = clock.now() + SECOND_MS;
  }

  /** One message of Unit `turn`, due now. Its slot. */
  send(turn: number, now: number): number {
    const slot = this.ledger.due(now);
    this.#driver.send(slot, now, turn);
    return slot;
  }

  /** Closes a tick as a step does. */
  endTick(now: number): void {
    this.#inFlight.note(now, this.ledger.inFlight);
    this.#driver.flush();
    this.ledger.flushed(this.#clock.now(), this.#tellLateness);
    this.ledger.expire(now);
    if (now < this.#secondMs) return;
    this.#secondMs = now + SECOND_MS;
    this.#sampler.take(this.#driver.openSockets);
  }

  [Symbol.dispose](): void {
    this.#health[Symbol.dispose]();
    this.#sampler[Symbol.dispose]();
  }

  readonly #tellLateness = (ms: number): void => {
    this.#health.lateness(ms);
    this.#sampler.lateness(ms);
  };
}

/** Tells when a slot is acknowledged, so that the next may follow. */
class FloodLedger extends Ledger {
  onAcknowledged: ((slot: number) => void) | undefined;

  override acknowledged(slot: number): void {
    super.acknowledged(slot);
    this.onAcknowledged?.(slot);
  }
}
