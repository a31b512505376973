import { LoadstoneError } from "../errors.ts";
import { pause } from "../load/clock.ts";
import type { Ledger } from "../measure/ledger.ts";
import { markOf } from "../transport/counted-payload.ts";
import { type Envelope, stampEnvelope } from "../transport/envelope.ts";
import { describeConnectFailure } from "./connect-failure.ts";
import type { ConnectedUnits, LiveUnit, UnitTraffic } from "./connected-units.ts";
import type { AxisDriver } from "./driver.ts";
import { slotOf, stepOf, tagOf } from "./tag.ts";

export interface RelayOptions {
  readonly units: ConnectedUnits;
  /** More load means more Units, never a faster Unit. */
  readonly perUnitPerSec: number;
  /** First publishes a second; each may cost an instance one access check of its backend. */
  readonly primesPerSec?: number;
  readonly onProgress?: (message: string) => void;
}

/** Steps are numbered from 1 on the wire; this one is priming, which no step owns. */
const PRIME_STEP = 0;
const PRIME_PATIENCE_MS = 10_000;
const PRIME_EACH_MS = 50;
const DEFAULT_PRIMES_PER_SEC = 200;
const PRIME_AGAIN_MS = 2500;
const PRIME_LOOK_MS = 10;
const NO_TAG = -1;
const CONNECT_TRIES = 3;

/** Unit to Unit: every Unit publishes on its Output; its partner receives and is the ground truth. */
export class RelayDriver implements AxisDriver, UnitTraffic {
  readonly axis = "relay" as const;
  readonly #options: RelayOptions;
  readonly #units: ConnectedUnits;
  readonly #touched: LiveUnit[] = [];
  /** Sessions whose partner has received from them; a new session is primed anew. */
  readonly #primed = new WeakSet<LiveUnit>();
  #ledger: Ledger | undefined;
  #step = -1;
  #active = 0;

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

  /** Nothing waits on our side: what a socket took is the kernel's. */
  readonly pending = 0;

  get dropped(): number {
    return this.#units.dropped;
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
      const failure = outcomes.find(({ connected }) => !connected);
      if (failure === undefined) break;
      if (attempt === CONNECT_TRIES) {
        throw new LoadstoneError(
          "TARGET_UNREACHABLE",
          `some of ${count} Units could not connect to ${connect.host}:${connect.port}: ${describeConnectFailure(failure.error ?? "closed at once")}`,
          {
            hint: "check that the broker runs, its connection limit and access rules, and LOADSTONE_MQTT_USERNAME and LOADSTONE_MQTT_PASSWORD if it wants a login",
          },
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
  }

  begin(step: number, _load: number, ledger: Ledger): void {
    this.#step = step + 1;
    this.#ledger = ledger;
  }

  owns(): boolean {
    return true;
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
    ledger.sent(slot, this.#units.options.clock.now(), live.unit.index, small !== undefined);
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

  #openAmong(count: number): number {
    let open = 0;
    for (let index = 0; index < count; index++) {
      if (this.#units.unit(index)?.closed === false) open++;
    }
    return open;
  }

  /**
   * Every new Unit publishes once on its topic and its partner must get it, so that no window pays
   * for access checks that a broker makes once per client and topic. Paced, because each such check
   * may be a request to the platform's backend.
   */
  async #prime(count: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#units.options;
    const { primesPerSec = DEFAULT_PRIMES_PER_SEC } = this.#options;
    const fresh = this.#unprimed(count);
    const startedAtMs = clock.now();
    const until = startedAtMs + PRIME_PATIENCE_MS + fresh.length * PRIME_EACH_MS;
    const publishedAtMs = new Map<number, number>();
    let waiting = fresh;
    while (waiting.length > 0 && clock.now() < until) {
      const now = clock.now();
      const mayHavePublished = ((now - startedAtMs) * primesPerSec) / 1000 + 1;
      for (const index of waiting) {
        const before = publishedAtMs.get(index);
        if (before === undefined && publishedAtMs.size >= mayHavePublished) break;
        if (before !== undefined && now - before < PRIME_AGAIN_MS) continue;
        publishedAtMs.set(index, now);
        this.#publishPrime(index);
      }
      await pause(clock, PRIME_LOOK_MS, signal);
      waiting = this.#unprimed(count);
    }
    if (waiting.length === 0) return;
    throw new LoadstoneError(
      "TARGET_ANSWER_INVALID",
      `${waiting.length} of ${fresh.length} new Units published and their partner received nothing`,
      {
        hint: "check the broker's access rules for the Units' topics, and that nothing else loads it",
      },
    );
  }

  /** Units among the first `count` whose present session has not been proved end to end. */
  #unprimed(count: number): number[] {
    const indexes = Array.from({ length: count }, (_, index) => index);
    return indexes.filter((index) => {
      const live = this.#units.unit(index);
      return live === undefined || !this.#primed.has(live);
    });
  }

  #publishPrime(index: number): void {
    const live = this.#units.unit(index);
    if (live === undefined || live.closed) return;
    stampEnvelope(live.template.payload, PRIME_STEP, 0, live.sequence, 0);
    live.session.publish(live.template, NO_TAG);
    live.session.flush();
  }
}
