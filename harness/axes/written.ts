import { FlushMark, type InFlightMark } from "../measure/in-flight-mark.ts";
import type { Ledger } from "../measure/ledger.ts";
import { TakenMark } from "../measure/taken-mark.ts";
import { RESTING } from "../measure/unsent.ts";
import type { ConnectedUnits, UnitTraffic } from "./connected-units.ts";
import { type Resting, StateRests } from "./base-rest.ts";
import type { AxisDriver } from "./driver.ts";
import type { LiveUnit } from "./live-unit.ts";
import { NO_TAG, PRIME_STEP, type PrimeOutcome, primeAll } from "./prime.ts";
import type { WrittenPrimeOrder } from "./shard.ts";
import { slotOf, stepOf, tagOf } from "./tag.ts";
import { isOf, type Share } from "./unit-source.ts";
import {
  type Seen,
  type WrittenAxis,
  type WrittenKind,
  type WrittenWork,
  writtenKind,
} from "./written-kind.ts";
import { WrittenStreams } from "./written-streams.ts";

/** A target that takes in batches may need two of them, and settings made anew up to a minute. */
const PRIME_TIMES = { patienceMs: 75_000, eachMs: 50, againMs: 12_000 } as const;

const NONE: number[] = [];

/** Units publish what the instance itself reads; whoever reads back tells what was seen of it. */
export class WrittenDriver implements AxisDriver, UnitTraffic {
  readonly axis: WrittenAxis;
  /** Nothing waits on our side: what a socket took is the kernel's. */
  readonly pending = 0;
  readonly #units: ConnectedUnits;
  readonly #share: Share;
  readonly #touched: LiveUnit[] = [];
  readonly #streams: WrittenStreams;
  /** By stream, where only the last message shows: slots not seen so far. */
  readonly #unseen: (number[] | undefined)[] = [];
  /** Units that the target would not listen to yet, over all steps and their priming. */
  readonly #rests = new StateRests();
  #kind: WrittenKind | undefined;
  #flushMs: number | undefined;
  #mark: InFlightMark | undefined;
  #leastDelayMs = Infinity;
  #ledger: Ledger | undefined;
  #step = -1;
  #primes = 0;

  constructor(axis: WrittenAxis, units: ConnectedUnits, share: Share) {
    this.axis = axis;
    this.#units = units;
    this.#share = share;
    this.#streams = new WrittenStreams(units, share);
  }

  get unitsConnected(): number {
    return this.#units.connected;
  }

  get openSockets(): number {
    return this.#units.connected;
  }

  get streams(): number {
    return this.#kind?.streams ?? 0;
  }

  get dropped(): number {
    return this.#units.dropped;
  }

  get broken(): string | null {
    if (this.#kind === undefined || this.#units.connected > 0) return null;
    return `every session was closed (${this.#units.lastCloseReason})`;
  }

  get inFlightMark(): InFlightMark | undefined {
    return this.#mark;
  }

  /** What is sent from here on. Frames may change with it. */
  use(work: WrittenWork): WrittenKind {
    this.#flushMs = work.flushMs;
    this.#kind = writtenKind(work);
    this.#streams.use(this.#kind);
    return this.#kind;
  }

  prime(
    { work, primesPerSec, mostOut, eachMs }: WrittenPrimeOrder,
    signal: AbortSignal,
  ): Promise<PrimeOutcome> {
    const kind = this.use(work);
    return primeAll(
      {
        unproved: () => this.#streams.unproved(),
        publish: (stream) => this.#publishPrime(kind, stream),
        perSec: primesPerSec,
        threads: this.#share.of,
        ...PRIME_TIMES,
        eachMs: eachMs ?? PRIME_TIMES.eachMs,
        mostOut,
      },
      this.#units.options.clock,
      signal,
    );
  }

  /** Own Units that may not send yet. */
  resting(): readonly Resting[] {
    return this.#rests.resting(this.#units.options.clock.now());
  }

  begin(step: number, _load: number, ledger: Ledger): void {
    this.#step = step + 1;
    this.#ledger = ledger;
    this.#unseen.length = 0;
    this.#mark = this.#markOf(ledger);
  }

  owns(turn: number): boolean {
    const kind = this.#kind;
    return kind !== undefined && isOf(this.#share, kind.unitOf(kind.streamAt(turn)));
  }

  send(slot: number, _intendedAtMs: number, turn: number): void {
    const ledger = this.#ledger;
    const kind = this.#kind;
    if (ledger === undefined || kind === undefined) return;
    const stream = kind.streamAt(turn);
    const live = this.#units.unit(kind.unitOf(stream));
    if (live === undefined || live.closed) {
      ledger.unsent(slot, live?.planned === true ? "planned-fault" : "disconnected");
      return;
    }
    const template = this.#streams.templateOf(stream, live);
    if (template === undefined) {
      ledger.unsent(slot, "no-topic");
      return;
    }
    const nowMs = this.#units.options.clock.now();
    const restMs = kind.restMs?.(stream);
    if (restMs !== undefined && !this.#rests.isFree(live.unit.index, nowMs)) {
      ledger.unsent(slot, RESTING);
      return;
    }
    const tag = tagOf(this.#step, slot);
    kind.write(template.payload, stream, tag);
    const outcome = live.session.publish(template, tag);
    if (outcome !== "sent") {
      ledger.unsent(slot, outcome === "closed" ? "disconnected" : "back-pressure");
      return;
    }
    ledger.sent(slot, nowMs, stream);
    if (restMs !== undefined) this.#rests.offered(live.unit.index, nowMs, restMs);
    if (kind.keepsLast(stream)) (this.#unseen[stream] ??= []).push(slot);
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

  /** What was read back. That of an older step counts nowhere any more. */
  seen({ unit, stream, serial, atMs, takenAtMs, wrong }: Seen): void {
    const step = stepOf(serial);
    const restMs = this.#kind?.restMs?.(stream);
    if (restMs !== undefined) this.#rests.accepted(unit, atMs, restMs);
    if (step === PRIME_STEP) {
      this.#streams.prove(stream);
      return;
    }
    if (step !== this.#step || this.#ledger === undefined) return;
    const slot = slotOf(serial);
    if (wrong === true) this.#ledger.failed(slot, "wrong-value", stream);
    else this.#answer(this.#ledger, slot, stream, atMs);
    if (takenAtMs !== undefined) this.#taken(this.#ledger, slot, takenAtMs);
  }

  /** Who receives what was published is not asked: it may be anybody. */
  arrived(): void {}

  arrivedCounted(): void {}

  damaged(): void {}

  acknowledged(tag: number, code: number): void {
    if (stepOf(tag) !== this.#step) return;
    if (code >= 0x80) this.#ledger?.failed(slotOf(tag), "publish-refused");
    else this.#ledger?.acknowledged(slotOf(tag));
  }

  /** What is still out belongs to an older step as soon as the next begins. */
  abandon(): void {
    this.#rests.givenUp(this.#units.options.clock.now());
  }

  /** The Units outlive the axis: the next one uses them too. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #answer(ledger: Ledger, slot: number, stream: number, atMs: number): void {
    const unseen = this.#unseen[stream] ?? NONE;
    const newer = unseen.findIndex((one) => one > slot);
    // What was overwritten before anybody could read it did its work: the newest stands for it.
    for (const older of unseen.splice(0, newer < 0 ? unseen.length : newer)) {
      if (older < slot) ledger.arrivedInOrder(older, stream, atMs);
    }
    ledger.arrivedInOrder(slot, stream, atMs);
  }

  #markOf(ledger: Ledger): InFlightMark | undefined {
    const flushMs = this.#flushMs;
    if (flushMs === undefined) return undefined;
    return this.#kind?.tellsTaken === true
      ? new TakenMark(flushMs, this.#leastDelayMs)
      : new FlushMark(ledger, flushMs);
  }

  #taken(ledger: Ledger, slot: number, takenAtMs: number): void {
    // What came so late that its place was used again has no time any more.
    const isKnown = slot < ledger.slots && slot >= ledger.slots - ledger.capacity;
    if (!isKnown || !(this.#mark instanceof TakenMark)) return;
    this.#mark.taken(ledger.intendedAt(slot), takenAtMs);
    this.#leastDelayMs = this.#mark.leastMs;
  }

  #publishPrime(kind: WrittenKind, stream: number): boolean {
    const live = this.#units.unit(kind.unitOf(stream));
    if (live === undefined || live.closed) return false;
    const template = this.#streams.templateOf(stream, live);
    if (template === undefined) return false;
    kind.write(template.payload, stream, tagOf(PRIME_STEP, this.#primes++));
    live.session.publish(template, NO_TAG);
    live.session.flush();
    const restMs = kind.restMs?.(stream);
    const nowMs = this.#units.options.clock.now();
    if (restMs !== undefined) this.#rests.offered(live.unit.index, nowMs, restMs);
    return true;
  }
}
