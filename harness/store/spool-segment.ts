import { crc32 } from "node:zlib";

/**
 * A segment is one insert that waits on disk:
 *
 *     loadstone-spool 1 <table> <token>\n
 *     <rows> <bytes> <crc32, hex>\n<bytes of JSONEachRow, each line ended>     any number of times
 *
 * It only ever grows at its end. Whatever follows the last whole frame is an append that was cut
 * short; it was never called safe and is not read.
 */
export interface Segment {
  readonly table: string;
  readonly token: string;
  readonly rows: number;
  /** The lines of all whole frames. */
  readonly lines: string;
  /** Bytes up to the end of the last whole frame. */
  readonly wholeBytes: number;
}

const MAGIC = "loadstone-spool 1";
const NEWLINE = 0x0a;
/** No header or frame head is longer; keeps a search for its end short in a broken file. */
const MAX_HEAD_BYTES = 256;

/** First line of a segment. */
export const segmentHeader = (table: string, token: string): Buffer =>
  Buffer.from(`${MAGIC} ${table} ${token}\n`);

/** Lines of JSONEachRow, each ended, as they are appended to a segment. */
export function frame(rows: number, lines: string): Buffer {
  const body = Buffer.from(lines);
  const checksum = crc32(body).toString(16);
  return Buffer.concat([Buffer.from(`${rows} ${body.length} ${checksum}\n`), body]);
}

/** The whole frames of a segment; undefined when not even its header is whole. */
export function parseSegment(bytes: Buffer): Segment | undefined {
  const header = headAt(bytes, 0);
  const names = header && /^loadstone-spool 1 (\S+) (\S+)$/.exec(header.text);
  const [, table, token] = names ?? [];
  if (header === undefined || table === undefined || token === undefined) return undefined;
  let rows = 0;
  let wholeBytes = header.end;
  const bodies: Buffer[] = [];
  for (let next = frameAt(bytes, wholeBytes); next; next = frameAt(bytes, wholeBytes)) {
    rows += next.rows;
    bodies.push(next.body);
    wholeBytes = next.end;
  }
  return { table, token, rows, lines: Buffer.concat(bodies).toString("utf8"), wholeBytes };
}

function frameAt(bytes: Buffer, start: number) {
  const head = headAt(bytes, start);
  const fields = head && /^(\d+) (\d+) ([0-9a-f]+)$/.exec(head.text);
  if (!head || !fields) return undefined;
  const end = head.end + Number(fields[2]);
  if (end > bytes.length) return undefined;
  const body = bytes.subarray(head.end, end);
  if (crc32(body).toString(16) !== fields[3]) return undefined;
  return { rows: Number(fields[1]), body, end };
}

function headAt(bytes: Buffer, start: number): { text: string; end: number } | undefined {
  const length = bytes.subarray(start, start + MAX_HEAD_BYTES).indexOf(NEWLINE);
  if (length < 0) return undefined;
  const end = start + length;
  return { text: bytes.toString("utf8", start, end), end: end + 1 };
}
