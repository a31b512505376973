import { isUtf8 } from "node:buffer";

interface TopicEntry {
  readonly bytes: Buffer;
  readonly topic: string;
  readonly next: TopicEntry | undefined;
}

/** Topics kept at once, in bytes; later ones are decoded anew each time. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
const ENTRY_OVERHEAD_BYTES = 200;
const SAMPLES = 16;

/** Gives each topic its one string, found by bytes, so that a message allocates none. */
export class TopicTable {
  private readonly entries = new Map<number, TopicEntry>();
  private last: TopicEntry | undefined;
  private keptBytes = 0;

  /** The topic in `bytes[start..end)`, or undefined if no PUBLISH may carry it. */
  find(bytes: Buffer, start: number, end: number): string | undefined {
    // A unit mostly hears one topic again and again.
    if (this.last !== undefined && equalBytes(this.last.bytes, bytes, start, end)) {
      return this.last.topic;
    }
    const hash = sampledHash(bytes, start, end);
    for (let entry = this.entries.get(hash); entry !== undefined; entry = entry.next) {
      if (equalBytes(entry.bytes, bytes, start, end)) {
        this.last = entry;
        return entry.topic;
      }
    }
    return this.add(hash, bytes, start, end);
  }

  private add(hash: number, bytes: Buffer, start: number, end: number): string | undefined {
    const own = Buffer.from(bytes.subarray(start, end));
    if (!isTopicName(own)) return undefined;
    const topic = own.toString("utf8");
    const cost = own.length + ENTRY_OVERHEAD_BYTES;
    if (this.keptBytes + cost > MAX_KEPT_BYTES) return topic;
    this.keptBytes += cost;
    this.last = { bytes: own, topic, next: this.entries.get(hash) };
    this.entries.set(hash, this.last);
    return topic;
  }
}

/** A topic name is UTF-8 of at least one byte without NUL or the wildcards + and #. */
function isTopicName(bytes: Buffer): boolean {
  if (bytes.length === 0 || !isUtf8(bytes)) return false;
  return !bytes.includes(0) && !bytes.includes("+") && !bytes.includes("#");
}

function equalBytes(own: Buffer, bytes: Buffer, start: number, end: number): boolean {
  const length = own.length;
  if (end - start !== length) return false;
  // From the end: topics of one platform share their beginning.
  for (let i = length - 1; i >= 0; i--) if (own[i] !== bytes[start + i]) return false;
  return true;
}

/** FNV-1a over the last bytes and some spread over the rest: enough to tell unit topics apart. */
function sampledHash(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - start);
  const stride = Math.max(1, Math.floor((end - start) / SAMPLES));
  for (let i = start; i < end; i += stride) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  for (let i = Math.max(start, end - 4); i < end; i++) {
    hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  }
  return hash;
}
