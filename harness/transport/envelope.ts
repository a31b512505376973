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
/** Where each field starts; four digits hold 24 bits, five 30, the run's six 36, the time's 48. */
const RUN_AT = 3;
const STEP_AT = 9;
const SLOT_AT = 13;
const STREAM_AT = 18;
const SEQUENCE_AT = 22;
const INTENDED_AT = 27;
const BITS_24 = 0x1000000;

/** Writes the low 24 bits of `value` as four digits. */
function put4(target: Uint8Array, at: number, value: number): void {
  target[at] = ENCODE[(value >>> 18) & 63] ?? 0;
  target[at + 1] = ENCODE[(value >>> 12) & 63] ?? 0;
  target[at + 2] = ENCODE[(value >>> 6) & 63] ?? 0;
  target[at + 3] = ENCODE[value & 63] ?? 0;
}

/** Writes the low 30 bits of `value` as five digits. */
function put5(target: Uint8Array, at: number, value: number): void {
  target[at] = ENCODE[(value >>> 24) & 63] ?? 0;
  put4(target, at + 1, value);
}

/** The number of four digits at `at`; negative if one of them is none. */
function take4(source: Uint8Array, at: number): number {
  const a = DECODE[source[at] ?? 0] ?? -1;
  const b = DECODE[source[at + 1] ?? 0] ?? -1;
  const c = DECODE[source[at + 2] ?? 0] ?? -1;
  const d = DECODE[source[at + 3] ?? 0] ?? -1;
  // What is no digit is -1, whose sign survives the shifts.
  return (a << 18) | (b << 12) | (c << 6) | d;
}

/** The number of five digits at `at`; negative if one of them is none. */
function take5(source: Uint8Array, at: number): number {
  return ((DECODE[source[at] ?? 0] ?? -1) << 24) | take4(source, at + 1);
}

/** Writes what does not change for a stream, and fills the rest of the payload. */
export function prepareEnvelope(payload: Uint8Array, run: number, stream: number): void {
  payload.fill(0x2e); // "."
  payload.set(MAGIC);
  payload[RUN_AT] = ENCODE[Math.floor(run / 2 ** 30) & 63] ?? 0;
  put5(payload, RUN_AT + 1, run);
  put4(payload, STREAM_AT, stream);
}

/** Writes what changes with each message. Times are milliseconds of the generator's clock. */
export function stampEnvelope(
  payload: Uint8Array,
  step: number,
  slot: number,
  sequence: number,
  intendedAtMs: number,
): void {
  put4(payload, STEP_AT, step);
  put5(payload, SLOT_AT, slot);
  put5(payload, SEQUENCE_AT, sequence);
  const intendedUs = Math.round(intendedAtMs * 1000);
  const high = Math.floor(intendedUs / BITS_24);
  put4(payload, INTENDED_AT, high);
  put4(payload, INTENDED_AT + 4, intendedUs - high * BITS_24);
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
  const runHigh = DECODE[source[start + RUN_AT] ?? 0] ?? -1;
  const runLow = take5(source, start + RUN_AT + 1);
  into.run = runHigh * 2 ** 30 + runLow;
  into.step = take4(source, start + STEP_AT);
  into.slot = take5(source, start + SLOT_AT);
  into.stream = take4(source, start + STREAM_AT);
  into.sequence = take5(source, start + SEQUENCE_AT);
  const timeHigh = take4(source, start + INTENDED_AT);
  const timeLow = take4(source, start + INTENDED_AT + 4);
  into.intendedAtMs = (timeHigh * BITS_24 + timeLow) / 1000;
  const numbers = into.step | into.slot | into.stream | into.sequence;
  // Negative if any of them is.
  return (runHigh | runLow | timeHigh | timeLow | numbers) >= 0;
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
