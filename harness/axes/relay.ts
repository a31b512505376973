import type { Ledger } from "../measure/ledger.ts";
import { markOf } from "../transport/counted-payload.ts";
import { type Envelope, stampEnvelope } from "../transport/envelope.ts";
import type { ConnectedUnits, UnitTraffic } from "./connected-units.ts";
import type { LiveUnit } from "./live-unit.ts";
import type { AxisDriver } from "./driver.ts";
import { NO_TAG, PRIME_STEP, type PrimeOutcome, primeAll } from "./prime.ts";
import { slotOf, stepOf, tagOf } from "./tag.ts";
import { isOf, type Share } from "./unit-source.ts";

export interface PrimeOrder {
  /** The Units wanted are the first so many of the run. */
  readonly count: number;
  /** First publishes a second, of all threads together: each may cost an instance one access check. */
  readonly primesPerSec: number;
}

/** A partner that is there answers at once. */
const PRIME_TIMES = { patienceMs: 10_000, eachMs: 50, againMs: 2500 } as const;

/** Sends of one tick that share a reading of the clock. */
const SENDS_A_READING = 16;

/** Unit to Unit: every Unit publishes on its Output; its partner receives and is the ground truth. */
export class RelayDriver implements AxisDriver, UnitTraffic {
  readonly axis = "relay" as const;
  readonly #units: ConnectedUnits;
  readonly #share: Share;
  readonly #touched: LiveUnit[] = [];
  /** Sessions whose partner has received from them; a new session is primed anew. */
  readonly #primed = new WeakSet<LiveUnit>();
  #ledger: Ledger | undefined;
  #step = -1;
  #active = 0;
  #sendAtMs = 0;
  #timed = 0;

  constructor(units: ConnectedUnits, share: Share) {
    this.#units = units;
    this.#share = share;
  }

  get unitsConnected(): number {
    return this.#units.connected;
  }

  get openSockets(): number {
    return this.#units.connected;
  }

  get streams(): number {
    return this.#units.streams;
  }

  /** Nothing waits on our side: what a socket took is the kernel's. */
  readonly pending = 0;

  get dropped(): number {
    return this.#units.dropped;
  }

  get broken(): string | null {
    if (this.#active === 0 || this.#units.connected > 0) return null;
    return `every session was closed (${this.#units.lastCloseReason})`;
  }

  /** Sends in turn over the first `count` Units of the run, those of our share. */
  useFirst(count: number): void {
    this.#active = count;
  }

  /**
   * Every new Unit publishes once on its topic and its partner must get it, so that no window pays
   * for access checks that a broker makes once per client and topic. Paced, because each such check
   * may be a request to the platform's backend.
   */
  prime({ count, primesPerSec }: PrimeOrder, signal: AbortSignal): Promise<PrimeOutcome> {
    const { clock } = this.#units.options;
    return primeAll(
      {
        unproved: () => this.#unprimed(count),
        publish: (index) => this.#publishPrime(index),
        perSec: primesPerSec,
        threads: this.#share.of,
        ...PRIME_TIMES,
      },
      clock,
      signal,
    );
  }

  begin(step: number, _load: number, ledger: Ledger): void {
    this.#step = step + 1;
    this.#ledger = ledger;
  }

  owns(turn: number): boolean {
    return isOf(this.#share, turn % this.#active);
  }

  send(slot: number, intendedAtMs: number, turn: number): void {
    const ledger = this.#ledger;
    if (ledger === undefined) return;
    const live = this.#units.unit(turn % this.#active);
    if (live === undefined || live.closed) {
      ledger.unsent(slot, live?.planned === true ? "planned-fault" : "disconnected");
      return;
    }
    const small = this.#units.smallMessage(live, this.#step);
    if (small === undefined) {
      stampEnvelope(live.template.payload, this.#step, slot, live.sequence, intendedAtMs);
    }
    const outcome = live.session.publish(small ?? live.template, tagOf(this.#step, slot));
    if (outcome !== "sent") {
      ledger.unsent(slot, outcome === "closed" ? "disconnected" : "back-pressure");
      return;
    }
    live.sequence++;
    ledger.sent(slot, this.#sendTimeMs(), live.unit.index, small !== undefined);
    if (!live.touched) {
      live.touched = true;
      this.#touched.push(live);
    }
  }

  flush(): void {
    for (const live of this.#touched) {
      live.touched = false;
      live.session.flush();
    }
    this.#touched.length = 0;
    this.#timed = 0;
  }

  arrived({ step, slot, stream, intendedAtMs }: Envelope, atMs: number): void {
    if (step === this.#step) {
      this.#ledger?.arrivedInOrder(slot, stream, atMs, intendedAtMs);
    } else if (step === PRIME_STEP) {
      const live = this.#units.unit(stream);
      if (live !== undefined) this.#primed.add(live);
    }
  }

  arrivedCounted(stream: number, mark: number, atMs: number): void {
    if (mark === markOf(this.#step)) this.#ledger?.arrivedCounted(stream, atMs);
  }

  /** What is still out belongs to an older step as soon as the next begins. */
  abandon(): void {}

  damaged({ step, slot, stream }: Envelope): void {
    if (step === this.#step) this.#ledger?.failed(slot, "damaged", stream);
  }

  acknowledged(tag: number, code: number): void {
    if (stepOf(tag) !== this.#step) return;
    if (code >= 0x80) this.#ledger?.failed(slotOf(tag), "publish-refused");
    else this.#ledger?.acknowledged(slotOf(tag));
  }

  /** The Units outlive the axis: the next one uses them too. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  /** A clock reading costs as much as a frame, and a few sends take some microseconds. */
  #sendTimeMs(): number {
    if (this.#timed++ % SENDS_A_READING === 0) this.#sendAtMs = this.#units.options.clock.now();
    return this.#sendAtMs;
  }

  /** Of our Units among the first `count`: whose present session is not yet proved end to end. */
  #unprimed(count: number): number[] {
    const indexes = Array.from({ length: count }, (_, index) => index);
    return indexes.filter((index) => {
      if (!isOf(this.#share, index)) return false;
      const live = this.#units.unit(index);
      return live === undefined || !this.#primed.has(live);
    });
  }

  #publishPrime(index: number): boolean {
    const live = this.#units.unit(index);
    if (live === undefined || live.closed) return false;
    stampEnvelope(live.template.payload, PRIME_STEP, 0, live.sequence, 0);
    live.session.publish(live.template, NO_TAG);
    live.session.flush();
    return true;
  }
}
