/**
 * What every simulated message carries, as 35 printable bytes: `LS1`, run, step, slot, stream,
 * sequence, intended time. Printable, because the platform treats payloads as UTF-8 text and may
 * store them in a text column; fixed width, so that a frame is patched in place.
 */
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const ENCODE = Uint8Array.from(ALPHABET, (char) => char.charCodeAt(0));
const DECODE = new Int8Array(256).fill(-1);
for (const [value, code] of ENCODE.entries()) DECODE[code] = value;

const MAGIC = [0x4c, 0x53, 0x31] as const; // "LS1"
export const ENVELOPE_BYTES = 35;
const RUN = { at: 3, width: 6 } as const;
const STEP = { at: 9, width: 4 } as const;
const SLOT = { at: 13, width: 5 } as const;
const STREAM = { at: 18, width: 4 } as const;
const SEQUENCE = { at: 22, width: 5 } as const;
const INTENDED = { at: 27, width: 8 } as const;
type Field = { readonly at: number; readonly width: number };

function put(target: Uint8Array, from: number, field: Field, value: number): void {
  let rest = value;
  for (let i = field.width - 1; i >= 0; i--) {
    const high = Math.floor(rest / 64);
    target[from + field.at + i] = ENCODE[rest - high * 64] ?? 0;
    rest = high;
  }
}

function take(source: Uint8Array, from: number, field: Field): number {
  let value = 0;
  for (let i = 0; i < field.width; i++) {
    const digit = DECODE[source[from + field.at + i] ?? 0] ?? -1;
    if (digit < 0) return -1;
    value = value * 64 + digit;
  }
  return value;
}

/** Writes what does not change for a stream, and fills the rest of the payload. */
export function prepareEnvelope(payload: Uint8Array, run: number, stream: number): void {
  payload.fill(0x2e); // "."
  payload.set(MAGIC);
  put(payload, 0, RUN, run);
  put(payload, 0, STREAM, stream);
}

/** Writes what changes with each message. Times are milliseconds of the generator's clock. */
export function stampEnvelope(
  payload: Uint8Array,
  step: number,
  slot: number,
  sequence: number,
  intendedAtMs: number,
): void {
  put(payload, 0, STEP, step);
  put(payload, 0, SLOT, slot);
  put(payload, 0, SEQUENCE, sequence);
  put(payload, 0, INTENDED, Math.round(intendedAtMs * 1000));
}

/** A decoded envelope. One object is reused for every message: copy what you keep. */
export interface Envelope {
  run: number;
  step: number;
  slot: number;
  stream: number;
  sequence: number;
  /** As stamped, to the microsecond. */
  intendedAtMs: number;
}

/** Reads an envelope at `start`; false when the payload is not one of ours or is damaged. */
export function readEnvelope(
  source: Uint8Array,
  start: number,
  end: number,
  into: Envelope,
): boolean {
  if (end - start < ENVELOPE_BYTES) return false;
  for (let i = 0; i < MAGIC.length; i++) if (source[start + i] !== MAGIC[i]) return false;
  into.run = take(source, start, RUN);
  into.step = take(source, start, STEP);
  into.slot = take(source, start, SLOT);
  into.stream = take(source, start, STREAM);
  into.sequence = take(source, start, SEQUENCE);
  into.intendedAtMs = take(source, start, INTENDED) / 1000;
  return (
    into.run >= 0 &&
    into.step >= 0 &&
    into.slot >= 0 &&
    into.stream >= 0 &&
    into.sequence >= 0 &&
    into.intendedAtMs >= 0
  );
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Whether a message of a stream carries an envelope, when every so manieth does. Streams begin at
 * phases spread evenly, so that the share holds over few messages of many streams too.
 */
export function carriesEnvelope(stream: number, sequence: number, every: number): boolean {
  const phase = Math.floor(((stream * GOLDEN) % 1) * every);
  return (sequence + phase) % every === 0;
}
