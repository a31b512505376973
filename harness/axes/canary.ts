import { type Ledger, UNORDERED } from "../measure/ledger.ts";
import { type Envelope, stampEnvelope } from "../transport/envelope.ts";
import type { ConnectedUnits, UnitTraffic } from "./connected-units.ts";
import type { AxisDriver } from "./driver.ts";
import { slotOf, stepOf, tagOf } from "./tag.ts";
import { isOf, type Share } from "./unit-source.ts";
import type { CanaryEnd } from "./unit-tally.ts";

/** A canary on its way, or where it ended. */
interface Canary {
  readonly intendedAtMs: number;
  end: CanaryEnd;
}

/** One message of each Unit that has somebody to hear it: turn `i` is the canary of `senders[i]`. */
export class CanaryDriver implements AxisDriver, UnitTraffic {
  readonly axis = "link" as const;
  readonly streams = 1;
  readonly pending = 0;
  /** Indexes of the Units that send, in order; those of other threads too. */
  senders: readonly number[] = [];
  /** By Unit, and the Units by slot. */
  readonly #canaries = new Map<number, Canary>();
  readonly #unitOfSlot: number[] = [];
  readonly #units: ConnectedUnits;
  readonly #share: Share;
  #ledger: Ledger | undefined;
  #step = -1;

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

  get dropped(): number {
    return this.#units.dropped;
  }

  get broken(): string | null {
    return this.#units.connected > 0 ? null : "no Unit is connected any more";
  }

  begin(step: number, _load: number, ledger: Ledger): void {
    this.#step = step + 1;
    this.#ledger = ledger;
    this.#canaries.clear();
    for (const index of this.senders) this.#canaries.set(index, { intendedAtMs: 0, end: "unsent" });
    this.#unitOfSlot.length = 0;
  }

  /** Where the canary of a Unit ended in the step that was driven last. */
  endOf(index: number): CanaryEnd {
    return this.#canaries.get(index)?.end ?? "none";
  }

  owns(turn: number): boolean {
    return isOf(this.#share, this.senders[turn] ?? -1);
  }

  send(slot: number, intendedAtMs: number, turn: number): void {
    const index = this.senders[turn] ?? -1;
    const live = this.#units.unit(index);
    this.#unitOfSlot[slot] = index;
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
    this.#canaries.set(index, { intendedAtMs, end: "pending" });
    live.sequence++;
    live.session.flush();
    this.#ledger?.sent(slot, this.#units.options.clock.now(), UNORDERED);
  }

  flush(): void {}

  /** A canary that comes after its step is known by its step number. */
  abandon(): void {}

  arrived({ step, slot, stream }: Envelope, atMs: number): void {
    const ledger = this.#ledger;
    if (step !== this.#step || ledger === undefined) return;
    const { intendedAtMs = atMs } = this.#canaries.get(stream) ?? {};
    this.#end(stream, atMs - intendedAtMs > ledger.deadlineMs ? "late" : "good");
    ledger.arrived(slot, atMs);
  }

  /** Canaries all carry the envelope. */
  arrivedCounted(): void {}

  damaged({ step, slot, stream }: Envelope): void {
    if (step !== this.#step) return;
    this.#end(stream, "failed");
    this.#ledger?.failed(slot, "damaged");
  }

  acknowledged(tag: number, code: number): void {
    if (stepOf(tag) !== this.#step) return;
    const slot = slotOf(tag);
    if (code < 0x80) {
      this.#ledger?.acknowledged(slot);
      return;
    }
    this.#end(this.#unitOfSlot[slot] ?? -1, "failed");
    this.#ledger?.failed(slot, "publish-refused");
  }

  /** The Units outlive the axis: the next one uses them too. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  /** The first end stands. */
  #end(index: number, end: CanaryEnd): void {
    const canary = this.#canaries.get(index);
    if (canary?.end === "pending") canary.end = end;
  }
}
