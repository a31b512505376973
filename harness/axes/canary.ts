import type { Ledger } from "../measure/ledger.ts";
import { type Envelope, stampEnvelope } from "../transport/envelope.ts";
import type { ConnectedUnits, UnitTraffic } from "./connected-units.ts";
import type { AxisDriver } from "./driver.ts";
import { slotOf, stepOf, tagOf } from "./tag.ts";

/** One message of each Unit that has somebody to hear it: slot `i` is the canary of `senders[i]`. */
export class CanaryDriver implements AxisDriver, UnitTraffic {
  readonly axis = "link" as const;
  readonly streams = 1;
  readonly pending = 0;
  /** Indexes of the Units that send, in order. */
  senders: readonly number[] = [];
  readonly #units: ConnectedUnits;
  #ledger: Ledger | undefined;
  #step = -1;

  constructor(units: ConnectedUnits) {
    this.#units = units;
  }

  get unitsConnected(): number {
    return this.#units.connected;
  }

  get openSockets(): number {
    return this.#units.connected;
  }

  get dropped(): number {
    return this.#units.dropped;
  }

  get broken(): string | null {
    return this.#units.connected > 0 ? null : "no Unit is connected any more";
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  begin(step: number, _load: number, ledger: Ledger): void {
    this.#step = step + 1;
    this.#ledger = ledger;
  }

  send(slot: number, intendedAtMs: number): void {
    const live = this.#units.unit(this.senders[slot] ?? -1);
    if (live === undefined || live.closed) {
      this.#ledger?.unsent(slot, "dropped");
      return;
    }
    stampEnvelope(live.template.payload, this.#step, slot, live.sequence, intendedAtMs);
    const outcome = live.session.publish(live.template, tagOf(this.#step, slot));
    if (outcome !== "sent") {
      this.#ledger?.unsent(slot, outcome === "closed" ? "dropped" : "back-pressure");
      return;
    }
    live.sequence++;
    live.session.flush();
    this.#ledger?.sent(slot, this.#units.options.clock.now(), 0);
  }

  flush(): void {}

  /** A canary that comes after its step is known by its step number. */
  abandon(): void {}

  arrived(envelope: Envelope, atMs: number): void {
    if (envelope.step === this.#step) this.#ledger?.arrived(envelope.slot, atMs);
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
}
