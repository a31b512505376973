import type { BrokerLimits } from "./broker-limits.ts";
import type { PublishTemplate } from "./encode.ts";
import type { Outbox } from "./outbox.ts";
import {
  type AckType,
  FIRST_FAILURE_CODE,
  PACKET,
  type ProtocolLevel,
  REASON,
} from "./protocol.ts";
import { PublishWindow } from "./publish-window.ts";
import type { SessionState } from "./session.ts";

const DUP_FLAG = 0x08;
const UNLIMITED = 65_535;

/** Hears that a QoS 1 or 2 publish is done. */
export interface ExchangeOwner {
  onConfirmed(tag: number, code: number): void;
}

/** The handshakes of QoS 1 and 2, both ways: what is owed to the broker and what it owes us. */
export class Exchange {
  private readonly outbox: Outbox;
  private readonly protocol: ProtocolLevel;
  private readonly owner: ExchangeOwner;
  private readonly receiveMaximum: number;
  private readonly byHand: boolean;
  private limit: number;
  /** Made with the first publish that needs it: most Units of a large run never do. */
  private window: PublishWindow | undefined;
  private unreleased: Set<number> | undefined;

  constructor(
    outbox: Outbox,
    owner: ExchangeOwner,
    options: {
      readonly protocol: ProtocolLevel;
      readonly maxInflight: number;
      readonly receiveMaximum?: number;
      readonly acknowledgeByHand?: boolean;
      readonly resume?: SessionState;
    },
  ) {
    this.outbox = outbox;
    this.owner = owner;
    this.protocol = options.protocol;
    this.limit = options.maxInflight;
    this.receiveMaximum = options.receiveMaximum ?? UNLIMITED;
    this.byHand = options.acknowledgeByHand === true;
    this.window = options.resume?.window;
    if (options.resume !== undefined) this.unreleased = new Set(options.resume.unreleased);
  }

  get inFlight(): number {
    return this.window?.inFlight ?? 0;
  }

  get isFull(): boolean {
    return this.ownWindow().isFull;
  }

  get state(): SessionState {
    // The very set, not a copy: whoever keeps the state sees what comes later too.
    return { window: this.ownWindow(), unreleased: (this.unreleased ??= new Set()) };
  }

  unconfirmedTags(): readonly number[] {
    return this.window?.unconfirmedTags() ?? [];
  }

  /** Goes on where an earlier connection broke off, as far as the broker remembers it. */
  open(sessionPresent: boolean, limits: BrokerLimits): void {
    this.limit = Math.min(this.limit, limits.receiveMaximum);
    this.window?.setLimit(this.limit);
    if (!sessionPresent) {
      this.window?.clear();
      this.unreleased?.clear();
      return;
    }
    for (const packetId of this.window?.idsAwaitingPubcomp() ?? []) {
      this.outbox.addAck(PACKET.pubrel, packetId, 0);
    }
  }

  /** Writes the packet id of a new publish into its frame. */
  number({ frame, qos, packetIdAt }: PublishTemplate, tag: number): void {
    const packetId = this.ownWindow().take(qos, tag);
    frame[packetIdAt] = packetId >>> 8;
    frame[packetIdAt + 1] = packetId & 0xff;
  }

  /** What is left to do for a publish whose answer was not heard. */
  whatIsLeft(tag: number): "everything" | "repeat" | "nothing" {
    const packetId = this.window?.findId(tag) ?? 0;
    if (packetId === 0) return "everything";
    // The broker has the message; `open` has already sent PUBREL again.
    return this.window?.awaits(packetId, PACKET.pubcomp) === true ? "nothing" : "repeat";
  }

  /** A copy of the frame as the broker must see it again. */
  repeated({ frame, packetIdAt }: PublishTemplate, tag: number): Buffer {
    const copy = Buffer.from(frame);
    copy[0] = (copy[0] ?? 0) | DUP_FLAG;
    copy.writeUInt16BE(this.window?.findId(tag) ?? 0, packetIdAt);
    return copy;
  }

  /** Acknowledges a message, unless its owner will; false if it has been told of before. */
  onPublish(qos: number, packetId: number): boolean {
    if (qos === 1) {
      if (!this.byHand) this.outbox.addAck(PACKET.puback, packetId, 0);
      return true;
    }
    this.outbox.addAck(PACKET.pubrec, packetId, 0);
    this.unreleased ??= new Set();
    if (this.unreleased.has(packetId)) return false;
    this.unreleased.add(packetId);
    return true;
  }

  /** The broker has sent more than we said we take at once. */
  get isOverrun(): boolean {
    const unacknowledged = this.outbox.unsentPubacks + (this.unreleased?.size ?? 0);
    return unacknowledged > this.receiveMaximum;
  }

  onAck(type: AckType, packetId: number, code: number): void {
    switch (type) {
      case PACKET.puback:
      case PACKET.pubcomp:
        if (this.window?.awaits(packetId, type) === true) this.confirm(packetId, code);
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

  private onPubrec(packetId: number, code: number): void {
    const { window } = this;
    if (window?.awaits(packetId, PACKET.pubrec) === true) {
      if (code >= FIRST_FAILURE_CODE) {
        this.confirm(packetId, code);
        return;
      }
      window.awaitPubcomp(packetId);
    }
    this.answer(PACKET.pubrel, packetId, window?.awaits(packetId, PACKET.pubcomp) === true);
  }

  private confirm(packetId: number, code: number): void {
    const tag = this.ownWindow().release(packetId);
    // Codes below 0x80, such as "no matching subscribers", are successes.
    this.owner.onConfirmed(tag, code < FIRST_FAILURE_CODE ? 0 : code);
  }

  private answer(type: AckType, packetId: number, known: boolean): void {
    const code = known || this.protocol === 4 ? 0 : REASON.packetIdNotFound;
    this.outbox.addAck(type, packetId, code);
  }

  private ownWindow(): PublishWindow {
    return (this.window ??= new PublishWindow(this.limit));
  }
}
