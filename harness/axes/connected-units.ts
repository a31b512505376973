import type { Clock } from "../load/clock.ts";
import { fillCounted, NO_MARK, readCounted } from "../transport/counted-payload.ts";
import {
  carriesEnvelope,
  type Envelope,
  ENVELOPE_BYTES,
  readEnvelope,
} from "../transport/envelope.ts";
import type { CloseReason } from "../transport/mqtt/close-reason.ts";
import type { PublishTemplate } from "../transport/mqtt/encode.ts";
import type { MqttSession } from "../transport/mqtt/session.ts";
import {
  type ConnectOutcome,
  type ConnectPlan,
  type ConnectSchedule,
  connectUnits,
  type SessionHome,
} from "./connections.ts";
import { type LiveFrames, LiveUnit } from "./live-unit.ts";
import { partnerOf, type UnitIdentity, type UnitSource } from "./unit-source.ts";

/** Who wants to hear of every session's end, whoever ended it. */
export type OnSessionClosed = (index: number, session: MqttSession, reason: CloseReason) => void;

/** What the axes that use the Units want to hear. */
export interface UnitTraffic {
  /** A whole message of ours, received by the right partner. The envelope is reused: copy. */
  arrived(envelope: Envelope, atMs: number): void;
  /** A message too small for an envelope, of a step with this mark. */
  arrivedCounted(stream: number, mark: number, atMs: number): void;
  damaged(envelope: Envelope): void;
  acknowledged(tag: number, code: number): void;
}

export interface ConnectedUnitsOptions {
  readonly source: UnitSource;
  readonly connect: ConnectPlan;
  readonly clock: Clock;
  /** Tells our messages from those of other runs. */
  readonly runTag: number;
  readonly payloadBytes: number;
  /**
   * Every so manieth message of a stream carries the envelope, and is larger for it; only where the
   * payload has no room for one. By default all do.
   */
  readonly envelopeEvery?: number;
}

/** The Units of one thread and their sessions, shared by the axes that speak MQTT. */
export class ConnectedUnits implements AsyncDisposable {
  readonly options: ConnectedUnitsOptions;
  /** Sessions closed by the other side since the run began. */
  dropped = 0;
  lastCloseReason = "";
  onClosed: OnSessionClosed | undefined;
  /** So many Units of the run were wanted at most, those of other threads too. */
  wanted = 0;
  #traffic: UnitTraffic | undefined;
  #connected = 0;
  #known = 0;
  readonly #live: LiveUnit[] = [];
  readonly #frames: LiveFrames;
  readonly #every: number;
  readonly #envelope: Envelope = {
    run: 0,
    step: 0,
    slot: 0,
    stream: 0,
    sequence: 0,
    intendedAtMs: 0,
  };

  constructor(options: ConnectedUnitsOptions) {
    this.options = options;
    const { payloadBytes, runTag } = options;
    this.#every = payloadBytes < ENVELOPE_BYTES ? (options.envelopeEvery ?? 1) : 1;
    this.#frames = {
      qos: options.connect.qos,
      runTag,
      envelopedBytes: Math.max(payloadBytes, ENVELOPE_BYTES),
      smallBytes: this.#every === 1 ? undefined : payloadBytes,
    };
  }

  get connected(): number {
    return this.#connected;
  }

  /** Streams ever opened: Unit `i` publishes on stream `i`. */
  get streams(): number {
    return this.#live.length;
  }

  /** Units of this thread that were ever connected. */
  get known(): number {
    return this.#known;
  }

  unit(index: number): LiveUnit | undefined {
    return this.#live[index];
  }

  /**
   * The Unit's next message without an envelope, made ready for `step`; undefined when that message
   * is to carry one.
   */
  smallMessage(live: LiveUnit, step: number): PublishTemplate | undefined {
    const { small, sequence, unit } = live;
    if (small === undefined || carriesEnvelope(unit.index, sequence, this.#every)) return undefined;
    fillCounted(small.payload, step);
    return small;
  }

  listen(traffic: UnitTraffic): void {
    this.#traffic = traffic;
  }

  /** Connects the first `count` Units, those already connected left alone. Outcomes of the rest. */
  async connect(
    count: number,
    signal: AbortSignal,
    schedule?: ConnectSchedule,
  ): Promise<readonly ConnectOutcome[]> {
    const { connect, clock } = this.options;
    this.wanted = Math.max(this.wanted, count);
    const missing = await this.#missing(count, signal);
    return connectUnits(missing, connect, this.#home, clock, signal, schedule);
  }

  /** Indexes of those among the first `count` Units that are not connected. */
  async missing(count: number, signal: AbortSignal): Promise<number[]> {
    return (await this.#missing(count, signal)).map(({ index }) => index);
  }

  /** Connects a Unit that was connected before, beside its session if that is still open. */
  async connectOne(index: number, signal: AbortSignal): Promise<ConnectOutcome> {
    const { connect, clock } = this.options;
    const live = this.#live[index];
    if (live === undefined) throw new RangeError(`Unit ${index} was never connected`);
    const [outcome] = await connectUnits([live.unit], connect, this.#home, clock, signal);
    return outcome ?? { index, connected: false, tookMs: 0, error: "stopped" };
  }

  isOpen(index: number): boolean {
    return this.#live[index]?.closed === false;
  }

  /** Counts a Unit as away on purpose; its session is the caller's to end. */
  takeAway(index: number): LiveUnit | undefined {
    const live = this.#live[index];
    if (live === undefined || live.closed) return undefined;
    live.closed = true;
    live.planned = true;
    this.#connected--;
    return live;
  }

  /** Disconnects all but the first `count` Units. */
  async reduce(count: number): Promise<void> {
    const leaving = this.#live.slice(count).filter((live) => !live.closed);
    for (const live of leaving) {
      live.closed = true;
      this.#connected--;
    }
    await Promise.all(leaving.map((live) => live.session.end()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.reduce(0);
  }

  /** One listener for all sessions: a session's number is its Unit's index. */
  readonly #home: SessionHome = {
    listener: {
      message: (session, _topic, buffer, start, end) =>
        this.#message(session.id, buffer, start, end),
      acknowledged: (_session, tag, code) => this.#traffic?.acknowledged(tag, code),
      closed: (session, reason) => this.#closed(session, reason),
    },
    adopt: (unit, session) => this.#adopt(unit, session),
  };

  async #missing(count: number, signal: AbortSignal): Promise<UnitIdentity[]> {
    const units = await this.options.source.ensure(count, signal);
    return units.filter((unit) => !this.isOpen(unit.index));
  }

  #adopt(unit: UnitIdentity, session: MqttSession): void {
    const before = this.#live[unit.index];
    if (before === undefined) this.#known++;
    // A stream goes on where it broke off.
    this.#live[unit.index] = new LiveUnit(unit, session, this.#frames, before?.sequence ?? 0);
    if (before?.closed !== false) this.#connected++;
  }

  #closed(session: MqttSession, reason: CloseReason): void {
    this.onClosed?.(session.id, session, reason);
    const live = this.#live[session.id];
    if (live === undefined || live.session !== session || live.closed) return;
    live.closed = true;
    this.#connected--;
    if (!live.planned) this.dropped++;
    this.lastCloseReason = reason.kind;
  }

  #message(receiver: number, buffer: Buffer, start: number, end: number): void {
    const envelope = this.#envelope;
    if (!readEnvelope(buffer, start, end, envelope)) {
      this.#counted(receiver, buffer, start, end);
      return;
    }
    if (envelope.run !== this.options.runTag) return;
    if (envelope.stream !== partnerOf(receiver)) return;
    if (end - start === this.#frames.envelopedBytes) {
      this.#traffic?.arrived(envelope, this.options.clock.now());
    } else this.#traffic?.damaged(envelope);
  }

  #counted(receiver: number, buffer: Buffer, start: number, end: number): void {
    const { payloadBytes, clock } = this.options;
    if (this.#every === 1 || end - start !== payloadBytes) return;
    const mark = readCounted(buffer, start, end);
    if (mark === NO_MARK) return;
    this.#traffic?.arrivedCounted(partnerOf(receiver), mark, clock.now());
  }
}
