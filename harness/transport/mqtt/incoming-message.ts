import { type PublishProperties, readPublishProperties } from "./publish-properties.ts";
import type { Qos } from "./protocol.ts";

const NO_PROPERTIES: PublishProperties = {};
const NO_BYTES = Buffer.alloc(0);

/** What else is known of a message, valid during the call that tells of it. */
export interface MessageFacts {
  readonly qos: Qos;
  /** 0 at QoS 0. */
  readonly packetId: number;
  /** The broker had kept it from before the subscription. */
  readonly retained: boolean;
  /** The broker has sent it before, as far as it knows. */
  readonly repeated: boolean;
  /** Decoded when asked for; empty in 3.1.1. */
  properties(): PublishProperties;
}

/** One object for every message of a thread: properties cost nothing until somebody asks. */
export class IncomingMessage implements MessageFacts {
  private firstByte = 0;
  packetId = 0;
  private bytes: Buffer = NO_BYTES;
  private propertiesAt = 0;
  private propertiesEnd = 0;

  set(
    firstByte: number,
    packetId: number,
    bytes: Buffer,
    propertiesAt: number,
    propertiesEnd: number,
  ): this {
    this.firstByte = firstByte;
    this.packetId = packetId;
    this.bytes = bytes;
    this.propertiesAt = propertiesAt;
    this.propertiesEnd = propertiesEnd;
    return this;
  }

  get qos(): Qos {
    return ((this.firstByte >>> 1) & 3) as Qos;
  }

  get retained(): boolean {
    return (this.firstByte & 1) !== 0;
  }

  get repeated(): boolean {
    return (this.firstByte & 8) !== 0;
  }

  properties(): PublishProperties {
    const { bytes, propertiesAt, propertiesEnd } = this;
    if (propertiesEnd - propertiesAt <= 1) return NO_PROPERTIES;
    return readPublishProperties(bytes, propertiesAt, propertiesEnd);
  }
}
