/**
 * Messages that were counted and whose acknowledgement the broker may not have heard. It will send
 * those again, marked as repeated and under the same packet id, after a cut or a crash.
 */
export class Doubt {
  readonly #hashes = new Map<number, number>();

  constructor(entries: Iterable<readonly [packetId: number, hash: number]> = []) {
    for (const [packetId, hash] of entries) this.add(packetId, hash);
  }

  get size(): number {
    return this.#hashes.size;
  }

  add(packetId: number, hash: number): void {
    this.#hashes.delete(packetId);
    this.#hashes.set(packetId, hash);
    if (this.#hashes.size <= MOST_IN_DOUBT) return;
    const [oldest] = this.#hashes.keys();
    if (oldest !== undefined) this.#hashes.delete(oldest);
  }

  /** True for a message that is counted: repeated under its packet id, and the same message. */
  isCounted(packetId: number, hash: number, repeated: boolean): boolean {
    return repeated && this.#hashes.get(packetId) === hash;
  }

  /** The broker kept no session: packet ids mean nothing any more. */
  clear(): void {
    this.#hashes.clear();
  }

  entries(): [number, number][] {
    return [...this.#hashes];
  }
}

/**
 * More than any broker has unacknowledged towards one client (EMQX 32, mosquitto 20 by default,
 * others some thousands), and few enough that a broker that counts packet ids up comes nowhere near
 * giving one out again.
 */
const MOST_IN_DOUBT = 8192;

/** A number for topic and payload (FNV-1a, 32 bits), so that a packet id given anew is told apart. */
export function messageHash(topic: string, bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < topic.length; i++) hash = Math.imul(hash ^ topic.charCodeAt(i), 0x01000193);
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return hash >>> 0;
}
