import { LoadstoneError } from "../errors.ts";
import { pause } from "../load/clock.ts";
import type { Ledger } from "../measure/ledger.ts";
import { type Envelope, stampEnvelope } from "../transport/envelope.ts";
import type { ConnectedUnits, LiveUnit, UnitTraffic } from "./connected-units.ts";
import type { AxisDriver } from "./driver.ts";

export interface RelayOptions {
  readonly units: ConnectedUnits;
  /** More load means more Units, never a faster Unit. */
  readonly perUnitPerSec: number;
  readonly onProgress?: (message: string) => void;
}

/** Steps are numbered from 1 on the wire; this one is priming, which no step owns. */
const PRIME_STEP = 0;
const PRIME_TIMEOUT_MS = 10_000;
const NO_TAG = -1;
const CONNECT_TRIES = 3;

/** Unit to Unit: every Unit publishes on its Output; its partner receives and is the ground truth. */
export class RelayDriver implements AxisDriver, UnitTraffic {
  readonly axis = "relay" as const;
  readonly #options: RelayOptions;
  readonly #units: ConnectedUnits;
  readonly #touched: LiveUnit[] = [];
  readonly #primed = new Set<number>();
  #ledger: Ledger | undefined;
  #step = -1;
  #active = 0;
  #turn = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#units = options.units;
    options.units.listen(this);
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

  get broken(): string | null {
    if (this.#active === 0 || this.#units.connected > 0) return null;
    return `every session was closed (${this.#units.lastCloseReason})`;
  }

  /** Units needed for a load: even, because they come in pairs. */
  unitsFor(load: number): number {
    return 2 * Math.max(1, Math.ceil(load / this.#options.perUnitPerSec / 2));
  }

  prepare(load: number, signal: AbortSignal): Promise<void> {
    return this.prepareUnits(Math.min(this.unitsFor(load), this.#units.maxUnits), signal);
  }

  /** Connects `count` Units, all of them, and primes the new ones. */
  async prepareUnits(count: number, signal: AbortSignal): Promise<void> {
    const { clock, connect } = this.#units.options;
    this.#units.listen(this);
    for (let attempt = 1; ; attempt++) {
      const missing = count - this.#openAmong(count);
      if (missing === 0) break;
      this.#options.onProgress?.(`connecting ${missing} Units`);
      const outcomes = await this.#units.connect(count, signal);
      const failure = outcomes.find(({ session }) => session === undefined);
      if (failure === undefined) break;
      if (attempt === CONNECT_TRIES) {
        throw new LoadstoneError(
          "TARGET_UNREACHABLE",
          `some of ${count} Units could not connect to ${connect.host}:${connect.port}: ${failure.error ?? "closed at once"}`,
          { hint: "check that the broker runs, its connection limit and its access rules" },
        );
      }
      await pause(clock, 1000, signal);
    }
    this.useFirst(count);
    await this.#prime(count, signal);
  }

  /** Sends in turn over the first `count` Units. */
  useFirst(count: number): void {
    this.#active = count;
    this.#turn = 0;
  }

  begin(step: number, _load: number, ledger: Ledger): void {
    this.#step = step + 1;
    this.#ledger = ledger;
    this.#turn = 0;
  }

  send(slot: number, intendedAtMs: number): void {
    const ledger = this.#ledger;
    if (ledger === undefined) return;
    const live = this.#units.unit(this.#turn++ % this.#active);
    if (live === undefined || live.closed) {
      ledger.unsent(slot, "disconnected");
      return;
    }
    stampEnvelope(live.template.payload, this.#step, slot, live.sequence, intendedAtMs);
    const outcome = live.session.publish(live.template, tagOf(this.#step, slot));
    if (outcome !== "sent") {
      ledger.unsent(slot, outcome === "closed" ? "disconnected" : "back-pressure");
      return;
    }
    live.sequence++;
    ledger.sent(slot, this.#units.options.clock.now(), live.unit.index);
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
  }

  arrived(envelope: Envelope, atMs: number): void {
    if (envelope.step === this.#step) {
      this.#ledger?.arrivedInOrder(envelope.slot, envelope.stream, atMs);
    } else if (envelope.step === PRIME_STEP) this.#primed.add(envelope.stream);
  }

  damaged(envelope: Envelope): void {
    if (envelope.step === this.#step) this.#ledger?.failed(envelope.slot, "damaged");
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

  #openAmong(count: number): number {
    let open = 0;
    for (let index = 0; index < count; index++) {
      if (this.#units.unit(index)?.closed === false) open++;
    }
    return open;
  }

  /**
   * Every new Unit publishes once on its topic and its partner must get it, so that no window pays
   * for access checks that a broker makes once per client and topic.
   */
  async #prime(count: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#units.options;
    const until = clock.now() + PRIME_TIMEOUT_MS;
    let publishAtMs = 0;
    let waiting = Array.from({ length: count }, (_, i) => i).filter((i) => !this.#primed.has(i));
    const fresh = waiting.length;
    while (waiting.length > 0 && clock.now() < until) {
      if (clock.now() >= publishAtMs) {
        publishAtMs = clock.now() + PRIME_TIMEOUT_MS / 4;
        for (const index of waiting) this.#publishPrime(index);
      }
      await pause(clock, 20, signal);
      waiting = waiting.filter((index) => !this.#primed.has(index));
    }
    if (waiting.length === 0) return;
    throw new LoadstoneError(
      "TARGET_ANSWER_INVALID",
      `${waiting.length} of ${fresh} new Units published and their partner received nothing within ${PRIME_TIMEOUT_MS / 1000} s`,
      {
        hint: "check the broker's access rules for the Units' topics, and that nothing else loads it",
      },
    );
  }

  #publishPrime(index: number): void {
    const live = this.#units.unit(index);
    if (live === undefined || live.closed) return;
    stampEnvelope(live.template.payload, PRIME_STEP, 0, live.sequence, 0);
    live.session.publish(live.template, NO_TAG);
    live.session.flush();
  }
}

// An acknowledgement that comes after its step must not count in the next one.
const SLOTS_PER_STEP = 2 ** 30;
const tagOf = (step: number, slot: number): number => step * SLOTS_PER_STEP + slot;
const stepOf = (tag: number): number => Math.floor(tag / SLOTS_PER_STEP);
const slotOf = (tag: number): number => tag % SLOTS_PER_STEP;
