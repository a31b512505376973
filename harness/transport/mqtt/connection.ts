import type { CloseReason } from "./close-reason.ts";
import { ConnectionLife } from "./connection-life.ts";
import { buildPublishTemplate, type PublishExtras, type PublishTemplate } from "./encode.ts";
import { encodeSubscribe, encodeUnsubscribe } from "./encode-requests.ts";
import { MqttClosedError } from "./errors.ts";
import { Exchange, type ExchangeOwner } from "./exchange.ts";
import type { Waiting } from "./opening.ts";
import type { PacketHandler, SubackType } from "./parse.ts";
import { PendingRequests } from "./pending-requests.ts";
import { type AckType, PACKET, type Qos, REASON } from "./protocol.ts";
import type {
  MqttSession,
  PublishOutcome,
  SessionListener,
  SessionOptions,
  SessionState,
} from "./session.ts";
import { refuseBeyond } from "./template-limits.ts";

/** What a session says and hears while its connection is open. */
export class Connection
  extends ConnectionLife
  implements MqttSession, PacketHandler, ExchangeOwner
{
  readonly clientIdAsked: string;
  private readonly listener: SessionListener;
  private readonly exchange: Exchange;
  private requests: PendingRequests | undefined;

  constructor(
    options: SessionOptions,
    listener: SessionListener,
    waiting: Waiting,
    signal: AbortSignal | undefined,
  ) {
    super(options, waiting, signal);
    this.clientIdAsked = options.clientId;
    this.listener = listener;
    this.exchange = new Exchange(this.outbox, this, options);
    if (signal?.aborted === true) this.onAbort();
  }

  get clientId(): string {
    return this.limits.assignedClientId ?? this.clientIdAsked;
  }

  get inFlight(): number {
    return this.exchange.inFlight;
  }

  get writableBlocked(): boolean {
    return this.outbox.blocked;
  }

  get blockedMs(): number {
    return this.outbox.blockedMs;
  }

  get state(): SessionState {
    return this.exchange.state;
  }

  unconfirmedTags(): readonly number[] {
    return this.exchange.unconfirmedTags();
  }

  subscribe(topics: readonly string[], qos: Qos): Promise<readonly number[]> {
    return this.request(PACKET.suback, topics.length, (id) =>
      encodeSubscribe(this.protocol, id, topics, qos),
    );
  }

  unsubscribe(topics: readonly string[]): Promise<readonly number[]> {
    return this.request(PACKET.unsuback, topics.length, (id) =>
      encodeUnsubscribe(this.protocol, id, topics),
    );
  }

  template(
    topic: string,
    qos: Qos,
    payloadBytes: number,
    extras: PublishExtras = {},
  ): PublishTemplate {
    const template = buildPublishTemplate(this.protocol, { topic, qos, payloadBytes, ...extras });
    refuseBeyond(this.limits, template, extras.retain === true);
    return template;
  }

  publish(template: PublishTemplate, tag: number): PublishOutcome {
    if (this.phase !== "open") return "closed";
    const { frame, qos } = template;
    if (qos > 0 && this.exchange.isFull) return "window-full";
    if (!this.outbox.makeRoom(frame.length)) return "blocked";
    if (qos > 0) this.exchange.number(template, tag);
    this.outbox.add(frame);
    return "sent";
  }

  resend(template: PublishTemplate, tag: number): PublishOutcome {
    if (this.phase !== "open") return "closed";
    const left = this.exchange.whatIsLeft(tag);
    if (left === "nothing") return "sent";
    if (left === "everything") return this.publish(template, tag);
    if (!this.outbox.makeRoom(template.frame.length)) return "blocked";
    this.outbox.add(this.exchange.repeated(template, tag));
    return "sent";
  }

  acknowledge(packetId: number): void {
    if (this.phase === "open") this.outbox.addAck(PACKET.puback, packetId, 0);
  }

  flush(): void {
    this.outbox.flush();
  }

  onPublish(
    topic: string,
    buffer: Buffer,
    start: number,
    end: number,
    packetId: number,
    firstByte: number,
    propertiesAt: number,
  ): void {
    // After our DISCONNECT nothing may be acknowledged, so nothing is taken.
    if (this.phase !== "open") return;
    const qos = (firstByte >>> 1) & 3;
    if (qos > 0) {
      if (!this.exchange.onPublish(qos, packetId)) return;
      if (this.protocol === 5 && this.exchange.isOverrun) {
        const detail = "more unacknowledged messages than our receive maximum";
        this.break({ detail, code: REASON.receiveMaximumExceeded });
        return;
      }
    }
    const facts = this.workspace.incoming.set(firstByte, packetId, buffer, propertiesAt, start);
    this.listener.message(this, topic, buffer, start, end, facts);
  }

  onAck(type: AckType, packetId: number, code: number): void {
    const endsOurs = type === PACKET.puback || type === PACKET.pubcomp;
    // After our DISCONNECT an answer may still come, but none of ours may go.
    if (endsOurs || this.phase === "open") this.exchange.onAck(type, packetId, code);
  }

  onConfirmed(tag: number, code: number): void {
    this.listener.acknowledged(this, tag, code);
  }

  onSubscribed(
    type: SubackType,
    packetId: number,
    buffer: Buffer,
    start: number,
    end: number,
  ): void {
    const codes = [...buffer.subarray(start, end)];
    if (this.requests?.answer(type, packetId, codes) === true) return;
    const detail = `SUBACK or UNSUBACK ${packetId} fits no request`;
    this.break({ detail, code: REASON.protocolError });
  }

  protected override handler(): this {
    return this;
  }

  protected override opened(): void {
    this.exchange.open(this.sessionPresent, this.limits);
  }

  protected override closed(reason: CloseReason, wasOpen: boolean): void {
    this.requests?.rejectAll(() => new MqttClosedError(reason));
    if (wasOpen) this.listener.closed(this, reason);
  }

  private request(
    answeredBy: SubackType,
    topics: number,
    encode: (packetId: number) => Buffer,
  ): Promise<readonly number[]> {
    if (this.phase !== "open") return Promise.reject(new MqttClosedError({ kind: "ended" }));
    this.requests ??= new PendingRequests();
    const { packetId, answer } = this.requests.add(answeredBy, topics);
    this.outbox.add(encode(packetId));
    this.outbox.flush();
    return answer;
  }
}
