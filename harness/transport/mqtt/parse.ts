import { type BrokerLimits, DEFAULT_BROKER_LIMITS, readBrokerLimits } from "./broker-limits.ts";
import { MALFORMED, PacketFraming } from "./framing.ts";
import { PLACE, type Place, PROPERTY, textAt, walkProperties } from "./properties.ts";
import { type AckType, PACKET, type ProtocolLevel, REASON } from "./protocol.ts";
import { readTopicAlias } from "./publish-properties.ts";
import { isReasonOf } from "./reason-codes.ts";
import { TopicTable } from "./topics.ts";

/** What the parser hands on. Buffers are the caller's or its own and change after the call. */
export interface PacketHandler {
  onConnack(sessionPresent: boolean, code: number, limits: BrokerLimits): void;
  /**
   * `firstByte` holds DUP (bit 3), QoS (bits 2 and 1) and RETAIN (bit 0). The MQTT 5 properties
   * stand in `buffer[propertiesAt..start)`; in 3.1.1 there are none and `propertiesAt` is `start`.
   */
  onPublish(
    topic: string,
    buffer: Buffer,
    start: number,
    end: number,
    packetId: number,
    firstByte: number,
    propertiesAt: number,
  ): void;
  onAck(type: AckType, packetId: number, code: number): void;
  /** `buffer[start..end)` holds one code a topic filter; none in a 3.1.1 UNSUBACK. */
  onSubscribed(
    type: SubackType,
    packetId: number,
    buffer: Buffer,
    start: number,
    end: number,
  ): void;
  onPingresp(): void;
  onDisconnect(code: number, explanation: string | undefined): void;
}

export type SubackType = typeof PACKET.suback | typeof PACKET.unsuback;

/** Reads the packets a client receives and hands on what they say. */
export class PacketParser extends PacketFraming {
  private readonly handler: PacketHandler;
  private readonly topicAliasMaximum: number;
  private topics: TopicTable | undefined;
  private aliases: Map<number, string> | undefined;
  private greeted = false;

  constructor(
    handler: PacketHandler,
    protocol: ProtocolLevel,
    maxPacketBytes: number,
    topicAliasMaximum = 0,
  ) {
    super(protocol, maxPacketBytes);
    this.handler = handler;
    this.topicAliasMaximum = topicAliasMaximum;
  }

  protected override dispatch(bytes: Buffer, at: number, end: number): void {
    const firstByte = bytes[at] ?? 0;
    const type = firstByte >>> 4;
    const body = at + this.bodyAt;
    if (this.greeted !== (type !== PACKET.connack)) {
      const detail = this.greeted ? "second CONNACK" : `packet type ${type} before CONNACK`;
      this.fail(detail, REASON.protocolError);
      return;
    }
    switch (type) {
      case PACKET.publish:
        this.publish(bytes, body, end, firstByte);
        return;
      case PACKET.puback:
      case PACKET.pubrec:
      case PACKET.pubrel:
      case PACKET.pubcomp:
        this.ack(type, bytes, body, end);
        return;
      case PACKET.pingresp:
        if (end === body) this.handler.onPingresp();
        else this.fail("PINGRESP with a body");
        return;
      case PACKET.suback:
      case PACKET.unsuback:
        this.subscribed(type, bytes, body, end);
        return;
      case PACKET.connack:
        this.connack(bytes, body, end);
        return;
      default:
        this.disconnect(bytes, body, end);
    }
  }

  private publish(bytes: Buffer, body: number, end: number, firstByte: number): void {
    if (body + 2 > end) return void this.fail("PUBLISH without a topic");
    const topicEnd = body + 2 + uint16(bytes, body);
    let at = topicEnd;
    let packetId = 0;
    if ((firstByte & 0x06) !== 0) {
      at += 2;
      if (at > end) return void this.fail("PUBLISH cut off in its packet id");
      packetId = uint16(bytes, topicEnd);
      if (packetId === 0) return void this.fail("PUBLISH with packet id 0");
    }
    if (at > end) return void this.fail("PUBLISH cut off in its topic");
    const propertiesAt = at;
    if (this.protocol === 5) {
      at = walkProperties(bytes, at, end, PLACE.publish);
      if (at < 0) return void this.fail("PUBLISH with bad properties");
    }
    const topic =
      at - propertiesAt > 1
        ? this.aliasedTopic(bytes, body + 2, topicEnd, propertiesAt, end)
        : this.topicAt(bytes, body + 2, topicEnd);
    if (topic === undefined) return;
    this.handler.onPublish(topic, bytes, at, end, packetId, firstByte, propertiesAt);
  }

  private topicAt(bytes: Buffer, start: number, end: number): string | undefined {
    this.topics ??= new TopicTable();
    const topic = this.topics.find(bytes, start, end);
    if (topic === undefined) this.fail("PUBLISH with an invalid topic");
    return topic;
  }

  /** The topic of a message with properties, one of which may be a number that stands for it. */
  private aliasedTopic(
    bytes: Buffer,
    start: number,
    topicEnd: number,
    propertiesAt: number,
    end: number,
  ): string | undefined {
    const alias = readTopicAlias(bytes, propertiesAt, end);
    if (alias < 0) return this.topicAt(bytes, start, topicEnd);
    if (alias === 0 || alias > this.topicAliasMaximum) {
      this.fail(`PUBLISH with topic alias ${alias}, not offered`, REASON.topicAliasInvalid);
      return undefined;
    }
    if (start < topicEnd) {
      const topic = this.topicAt(bytes, start, topicEnd);
      if (topic !== undefined) (this.aliases ??= new Map()).set(alias, topic);
      return topic;
    }
    const topic = this.aliases?.get(alias);
    if (topic === undefined) {
      this.fail(`PUBLISH with topic alias ${alias}, not yet set`, REASON.protocolError);
    }
    return topic;
  }

  private ack(type: AckType, bytes: Buffer, body: number, end: number): void {
    const packetId = body + 2 <= end ? uint16(bytes, body) : 0;
    if (packetId === 0) return void this.fail(`packet type ${type} without a packet id`);
    const code = body + 2 === end ? 0 : this.codeAndProperties(bytes, body + 2, end, PLACE.answer);
    if (code < 0) return void this.fail(`packet type ${type} of a wrong length`);
    if (code > 0 && !isReasonOf(type, code)) {
      return void this.fail(`packet type ${type} with the reserved code ${code}`);
    }
    this.handler.onAck(type, packetId, code);
  }

  private subscribed(type: SubackType, bytes: Buffer, body: number, end: number): void {
    const packetId = body + 2 <= end ? uint16(bytes, body) : 0;
    if (packetId === 0) return void this.fail(`packet type ${type} without a packet id`);
    let at = body + 2;
    if (this.protocol === 5) at = walkProperties(bytes, at, end, PLACE.answer);
    if (at < 0) return void this.fail(`packet type ${type} with bad properties`);
    const codesExpected = this.protocol === 5 || type === PACKET.suback;
    if (codesExpected !== at < end) return void this.fail(`packet type ${type} of a wrong length`);
    for (let i = at; i < end; i++) {
      const code = bytes[i] ?? 0;
      const known = this.protocol === 5 ? isReasonOf(type, code) : code <= 2 || code === 0x80;
      if (!known) return void this.fail(`packet type ${type} with the reserved code ${code}`);
    }
    this.handler.onSubscribed(type, packetId, bytes, at, end);
  }

  private connack(bytes: Buffer, body: number, end: number): void {
    const flags = bytes[body] ?? 0;
    const code = bytes[body + 1] ?? 0;
    if (end - body < 2 || flags > 1) return void this.fail("CONNACK of a wrong form");
    if (code > 0 && flags > 0) return void this.fail("CONNACK that refuses a session it has kept");
    let limits: BrokerLimits | undefined = DEFAULT_BROKER_LIMITS;
    // A 3.1.1 broker that refuses level 5 answers in its own, shorter form.
    if (end - body > 2) {
      limits = this.protocol === 5 ? readBrokerLimits(bytes, body + 2, end) : undefined;
    } else if (this.protocol === 5 && code === 0) {
      limits = undefined;
    }
    if (limits === undefined) return void this.fail("CONNACK with bad properties");
    this.greeted = true;
    this.handler.onConnack(flags === 1, code, limits);
  }

  private disconnect(bytes: Buffer, body: number, end: number): void {
    if (this.protocol === 4) return void this.fail("DISCONNECT from a 3.1.1 broker");
    const code = body === end ? 0 : this.codeAndProperties(bytes, body, end, PLACE.disconnect);
    if (code < 0) return void this.fail("DISCONNECT with bad properties");
    if (!isReasonOf(PACKET.disconnect, code)) {
      return void this.fail(`DISCONNECT with the reserved code ${code}`);
    }
    let explanation: string | undefined;
    if (body + 1 < end) {
      walkProperties(bytes, body + 1, end, PLACE.disconnect, (property, at) => {
        if (property === PROPERTY.reasonString) explanation = textAt(bytes, at);
      });
    }
    this.handler.onDisconnect(code, explanation);
  }

  /** The reason code at `at` and after it, if anything, one property list; -1 if malformed. */
  private codeAndProperties(bytes: Buffer, at: number, end: number, place: Place): number {
    if (this.protocol === 4) return MALFORMED;
    if (at + 1 < end && walkProperties(bytes, at + 1, end, place) !== end) return MALFORMED;
    return bytes[at] ?? 0;
  }
}

function uint16(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
