import { PACKET, type Qos } from "./protocol.ts";

/** What the next packet from the broker must be for a packet id in use. */
export type Awaited = typeof PACKET.puback | typeof PACKET.pubrec | typeof PACKET.pubcomp;

const FREE = 0;
const MAX_WINDOW = 32_768;

/** Packet ids above this one are never used for PUBLISH, so SUBSCRIBE may have them. */
export const LAST_PUBLISH_ID = MAX_WINDOW;

/** The unacknowledged QoS 1 and 2 publishes of one session: packet id → tag and stage. */
export class PublishWindow {
  private limit: number;
  private awaited: Uint8Array | undefined;
  private tags: Float64Array | undefined;
  private cursor = 0;
  private used = 0;

  constructor(limit: number) {
    this.limit = Math.min(limit, MAX_WINDOW);
  }

  get inFlight(): number {
    return this.used;
  }

  get isFull(): boolean {
    return this.used >= this.limit;
  }

  /** Narrows (or, within the table, widens) the window to what the broker allows. */
  setLimit(limit: number): void {
    this.limit = Math.min(limit, this.awaited?.length ?? MAX_WINDOW);
  }

  /** Takes a packet id for a publish; the caller has seen that the window is not full. */
  take(qos: Qos, tag: number): number {
    this.awaited ??= new Uint8Array(tableSize(this.limit));
    this.tags ??= new Float64Array(this.awaited.length);
    const mask = this.awaited.length - 1;
    // Ids rotate: one just freed comes back last, so a late duplicate answer hits nothing.
    let slot = this.cursor;
    while (this.awaited[slot] !== FREE) slot = (slot + 1) & mask;
    this.cursor = (slot + 1) & mask;
    this.awaited[slot] = qos === 2 ? PACKET.pubrec : PACKET.puback;
    this.tags[slot] = tag;
    this.used += 1;
    return slot + 1;
  }

  awaits(packetId: number, packet: Awaited): boolean {
    return this.awaited !== undefined && this.awaited[packetId - 1] === packet;
  }

  /** QoS 2, half way: the broker has the message and now owes PUBCOMP. */
  awaitPubcomp(packetId: number): void {
    if (this.awaited !== undefined) this.awaited[packetId - 1] = PACKET.pubcomp;
  }

  /** Frees an id in use and returns its tag. */
  release(packetId: number): number {
    if (this.awaited !== undefined) this.awaited[packetId - 1] = FREE;
    this.used -= 1;
    return this.tags?.[packetId - 1] ?? 0;
  }

  /** The id in use for this tag, or 0. */
  findId(tag: number): number {
    const slot = this.tags?.findIndex((t, i) => t === tag && this.awaited?.[i] !== FREE) ?? -1;
    return slot + 1;
  }

  /** Tags of all publishes in flight. */
  unconfirmedTags(): number[] {
    return this.slots((awaited) => awaited !== FREE).map((slot) => this.tags?.[slot] ?? 0);
  }

  /** Ids whose PUBREL a resumed session must repeat. */
  idsAwaitingPubcomp(): number[] {
    return this.slots((awaited) => awaited === PACKET.pubcomp).map((slot) => slot + 1);
  }

  /** Forgets everything: the broker kept no session. */
  clear(): void {
    this.awaited?.fill(FREE);
    this.used = 0;
  }

  private slots(wanted: (awaited: number) => boolean): number[] {
    const found: number[] = [];
    this.awaited?.forEach((awaited, slot) => {
      if (wanted(awaited)) found.push(slot);
    });
    return found;
  }
}

/** A power of two with room for ids to rotate. */
function tableSize(limit: number): number {
  return Math.min(MAX_WINDOW, 2 ** Math.ceil(Math.log2(Math.max(limit, 1) * 2)));
}
