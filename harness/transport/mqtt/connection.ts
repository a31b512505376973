import type { Socket } from "node:net";
import type { CloseReason } from "./close-reason.ts";
import { connectFields, DEFAULT_MAX_PACKET_BYTES } from "./connect-fields.ts";
import {
  buildPublishTemplate,
  encodeConnect,
  encodeDisconnect,
  encodeSubscribe,
  encodeUnsubscribe,
  type PublishTemplate,
} from "./encode.ts";
import { MqttClosedError, MqttConnectError } from "./errors.ts";
import { Keepalive, type KeepaliveOwner } from "./keepalive.ts";
import { Outbox } from "./outbox.ts";
import { type PacketHandler, PacketParser } from "./parse.ts";
import { PendingRequests } from "./pending-requests.ts";
import { type BrokerLimits, DEFAULT_BROKER_LIMITS } from "./properties.ts";
import {
  type AckType,
  CODE_PACKET_ID_NOT_FOUND,
  FIRST_FAILURE_CODE,
  PACKET,
  type ProtocolLevel,
  type Qos,
} from "./protocol.ts";
import { PublishWindow } from "./publish-window.ts";
import type {
  MqttSession,
  PublishOutcome,
  SessionListener,
  SessionOptions,
  SessionState,
} from "./session.ts";
import { openSocket, type SocketEvents } from "./socket.ts";
import { Workspace } from "./workspace.ts";

/** How long a broker may take to close its side after our DISCONNECT. */
const END_TIMEOUT_MS = 2000;

const DUP_FLAG = 0x08;

type Phase = "connecting" | "open" | "ending" | "closed";

/** Who waits for the session to open. */
export interface Opening {
  resolve(session: MqttSession): void;
  reject(error: MqttConnectError): void;
}

/** One TCP or TLS connection speaking MQTT, from connecting to closed. */
export class Connection implements MqttSession, PacketHandler, SocketEvents, KeepaliveOwner {
  readonly id: number;
  limits: BrokerLimits = DEFAULT_BROKER_LIMITS;
  sessionPresent = false;
  private readonly options: SessionOptions;
  private readonly listener: SessionListener;
  private readonly window: PublishWindow;
  private readonly requests = new PendingRequests();
  private readonly parser: PacketParser;
  private readonly socket: Socket;
  private readonly outbox: Outbox;
  private readonly keepalive: Keepalive;
  private readonly signal: AbortSignal | undefined;
  private opening: Opening | undefined;
  private phase: Phase = "connecting";
  private unreleased: Set<number> | undefined;
  /** In turn: the connect timeout, and the wait for the broker to close. */
  private timer: NodeJS.Timeout | undefined;
  private endWaiters: (() => void)[] | undefined;

  constructor(
    options: SessionOptions,
    listener: SessionListener,
    opening: Opening,
    signal: AbortSignal | undefined,
  ) {
    const workspace = options.workspace ?? new Workspace();
    this.id = options.id ?? 0;
    this.options = options;
    this.listener = listener;
    this.opening = opening;
    this.signal = signal;
    this.window = options.resume?.window ?? new PublishWindow(options.maxInflight);
    if (options.resume !== undefined) this.unreleased = new Set(options.resume.unreleased);
    const maxPacketBytes = options.maxPacketBytes ?? DEFAULT_MAX_PACKET_BYTES;
    this.parser = new PacketParser(this, options.protocol, maxPacketBytes);
    this.socket = openSocket(options, workspace, this);
    this.outbox = new Outbox(this.socket, workspace);
    this.keepalive = new Keepalive(this.outbox, this);
  }

  /** Sets the limits on connecting; apart from the constructor, because it may end at once. */
  start(): void {
    this.timer = setTimeout(onConnectTimeout, this.options.connectTimeoutMs, this);
    this.signal?.addEventListener("abort", this.onAbort, { once: true });
    if (this.signal?.aborted === true) this.onAbort();
  }

  get connectTimeoutMs(): number {
    return this.options.connectTimeoutMs;
  }

  get inFlight(): number {
    return this.window.inFlight;
  }

  get writableBlocked(): boolean {
    return this.outbox.blocked;
  }

  get blockedMs(): number {
    return this.outbox.blockedMs;
  }

  get state(): SessionState {
    return { window: this.window, unreleased: this.unreleased ?? new Set() };
  }

  unconfirmedTags(): readonly number[] {
    return this.window.unconfirmedTags();
  }

  subscribe(topics: readonly string[], qos: Qos): Promise<readonly number[]> {
    return this.request(topics, (protocol, id) => encodeSubscribe(protocol, id, topics, qos));
  }

  unsubscribe(topics: readonly string[]): Promise<readonly number[]> {
    return this.request(topics, (protocol, id) => encodeUnsubscribe(protocol, id, topics));
  }

  template(topic: string, qos: Qos, payloadBytes: number, retain = false): PublishTemplate {
    const fields = { topic, qos, payloadBytes, retain };
    const template = buildPublishTemplate(this.options.protocol, fields);
    const { maximumQos, maximumPacketBytes } = this.limits;
    if (qos > maximumQos) {
      throw new RangeError(`the broker takes QoS ${maximumQos} at most, not ${qos}`);
    }
    if (template.frame.length > maximumPacketBytes) {
      const bytes = template.frame.length;
      throw new RangeError(`the broker takes ${maximumPacketBytes} bytes at most, not ${bytes}`);
    }
    return template;
  }

  publish(template: PublishTemplate, tag: number): PublishOutcome {
    if (this.phase !== "open") return "closed";
    const { frame, qos, packetIdAt } = template;
    if (qos > 0 && this.window.isFull) return "window-full";
    if (!this.outbox.makeRoom(frame.length)) return "blocked";
    if (qos > 0) {
      const packetId = this.window.take(qos, tag);
      frame[packetIdAt] = packetId >>> 8;
      frame[packetIdAt + 1] = packetId & 0xff;
    }
    this.outbox.add(frame);
    return "sent";
  }

  resend(template: PublishTemplate, tag: number): PublishOutcome {
    if (this.phase !== "open") return "closed";
    const packetId = this.window.findUnanswered(tag);
    // Not there: the broker has it, or lost the session; then it is a publish like any other.
    if (packetId === 0) return this.publish(template, tag);
    if (!this.outbox.makeRoom(template.frame.length)) return "blocked";
    const repeated = Buffer.from(template.frame);
    repeated[0] = (repeated[0] ?? 0) | DUP_FLAG;
    repeated.writeUInt16BE(packetId, template.packetIdAt);
    this.outbox.add(repeated);
    return "sent";
  }

  flush(): void {
    this.outbox.flush();
  }

  end(): Promise<void> {
    if (this.phase === "closed") return Promise.resolve();
    const closed = new Promise<void>((resolve) => {
      (this.endWaiters ??= []).push(resolve);
    });
    if (this.phase === "open") {
      this.phase = "ending";
      this.outbox.add(encodeDisconnect());
      this.outbox.flush();
      this.socket.end();
      this.keepalive.stop();
      this.timer = setTimeout(onEndTimeout, END_TIMEOUT_MS, this);
    }
    return closed;
  }

  destroy(): void {
    this.finish({ kind: "ended" });
  }

  // What the socket reports.

  onReady(): void {
    this.outbox.add(encodeConnect(connectFields(this.options)));
    this.outbox.flush();
  }

  onRead(buffer: Buffer, start: number, end: number): void {
    this.keepalive.heard = true;
    const failure = this.parser.push(buffer, start, end);
    if (failure !== undefined) this.finish({ kind: "malformed", detail: failure.detail });
    else this.outbox.flushAfterRead();
  }

  onDrain(): void {
    this.outbox.onDrain();
  }

  onError(error: Error): void {
    const errno = "code" in error && typeof error.code === "string" ? error.code : error.message;
    this.finish({ kind: "socket", errno }, error);
  }

  onEnd(): void {
    this.finish({ kind: "server" });
  }

  // What the parser hands on.

  onConnack(sessionPresent: boolean, code: number, limits: BrokerLimits): void {
    if (code !== 0) {
      this.finish({ kind: "refused", code });
      return;
    }
    this.limits = limits;
    this.sessionPresent = sessionPresent;
    this.window.setLimit(Math.min(this.options.maxInflight, limits.receiveMaximum));
    this.phase = "open";
    this.restore();
    clearTimeout(this.timer);
    this.keepalive.start(limits.serverKeepAliveSec ?? this.options.keepAliveSec);
    const opening = this.stopOpening();
    opening?.resolve(this);
  }

  onPublish(
    topic: string,
    buffer: Buffer,
    start: number,
    end: number,
    packetId: number,
    firstByte: number,
  ): void {
    // After our DISCONNECT nothing may be acknowledged, so nothing is taken.
    if (this.phase !== "open") return;
    const qos = (firstByte >>> 1) & 3;
    if (qos === 1) this.outbox.addAck(PACKET.puback, packetId, 0);
    if (qos === 2) {
      this.outbox.addAck(PACKET.pubrec, packetId, 0);
      this.unreleased ??= new Set();
      if (this.unreleased.has(packetId)) return;
      this.unreleased.add(packetId);
    }
    this.listener.message(this, topic, buffer, start, end);
  }

  onAck(type: AckType, packetId: number, code: number): void {
    switch (type) {
      case PACKET.puback:
      case PACKET.pubcomp:
        if (this.window.awaits(packetId, type)) this.confirm(packetId, code);
        return;
      case PACKET.pubrec:
        this.onPubrec(packetId, code);
        return;
      case PACKET.pubrel: {
        const known = this.unreleased?.delete(packetId) === true;
        this.answer(PACKET.pubcomp, packetId, known);
        return;
      }
      default:
        return type satisfies never;
    }
  }

  onSubscribed(packetId: number, buffer: Buffer, start: number, end: number): void {
    if (this.requests.answer(packetId, [...buffer.subarray(start, end)])) return;
    this.finish({ kind: "malformed", detail: `SUBACK or UNSUBACK ${packetId} fits no request` });
  }

  onPingresp(): void {
    this.keepalive.onPingresp();
  }

  onDisconnect(code: number): void {
    this.finish({ kind: "server", code });
  }

  onSilence(): void {
    this.finish({ kind: "keepalive" });
  }

  finish(reason: CloseReason, cause?: Error): void {
    if (this.phase === "closed") return;
    const told: CloseReason = this.phase === "ending" ? { kind: "ended" } : reason;
    this.phase = "closed";
    clearTimeout(this.timer);
    this.keepalive.stop();
    this.parser.stop();
    this.outbox.close();
    this.socket.destroy();
    this.requests.rejectAll(() => new MqttClosedError(told));
    const opening = this.stopOpening();
    if (opening === undefined) this.listener.closed(this, told);
    else opening.reject(new MqttConnectError(told, cause === undefined ? {} : { cause }));
    this.endWaiters?.forEach((resolve) => resolve());
  }

  private readonly onAbort = (): void => this.finish({ kind: "aborted" });

  private stopOpening(): Opening | undefined {
    const opening = this.opening;
    this.opening = undefined;
    this.signal?.removeEventListener("abort", this.onAbort);
    return opening;
  }

  /** Goes on where an earlier connection broke off, as far as the broker remembers it. */
  private restore(): void {
    if (!this.sessionPresent) {
      this.window.clear();
      this.unreleased = undefined;
      return;
    }
    for (const packetId of this.window.idsAwaitingPubcomp()) {
      this.outbox.addAck(PACKET.pubrel, packetId, 0);
    }
  }

  private request(
    topics: readonly string[],
    encode: (protocol: ProtocolLevel, packetId: number) => Buffer,
  ): Promise<readonly number[]> {
    if (this.phase !== "open") {
      return Promise.reject(new MqttClosedError({ kind: "ended" }));
    }
    const { packetId, answer } = this.requests.add(topics.length);
    this.outbox.add(encode(this.options.protocol, packetId));
    this.outbox.flush();
    return answer;
  }

  private onPubrec(packetId: number, code: number): void {
    if (this.window.awaits(packetId, PACKET.pubrec)) {
      if (code >= FIRST_FAILURE_CODE) {
        this.confirm(packetId, code);
        return;
      }
      this.window.awaitPubcomp(packetId);
    }
    this.answer(PACKET.pubrel, packetId, this.window.awaits(packetId, PACKET.pubcomp));
  }

  private confirm(packetId: number, code: number): void {
    const tag = this.window.release(packetId);
    // Codes below 0x80, such as "no matching subscribers", are successes.
    this.listener.acknowledged(this, tag, code < FIRST_FAILURE_CODE ? 0 : code);
  }

  private answer(type: AckType, packetId: number, known: boolean): void {
    if (this.phase !== "open") return;
    const code = known || this.options.protocol === 4 ? 0 : CODE_PACKET_ID_NOT_FOUND;
    this.outbox.addAck(type, packetId, code);
  }
}

function onConnectTimeout(session: Connection): void {
  session.finish({ kind: "timeout", afterMs: session.connectTimeoutMs });
}

function onEndTimeout(session: Connection): void {
  session.finish({ kind: "ended" });
}
