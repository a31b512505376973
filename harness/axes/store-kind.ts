import type { WrittenKind, WrittenWork } from "./written-kind.ts";

/** What an instance keeps of a node's readings: the newest so many, those of a time, or the last. */
export type StorePolicy = "NRecords" | "TimeWindow" | "LastValue";

/** Of ten nodes seven keep rows, three the last value alone (grading method, 3.2). */
const POLICIES: readonly StorePolicy[] = [
  "TimeWindow",
  "NRecords",
  "LastValue",
  "TimeWindow",
  "NRecords",
  "TimeWindow",
  "LastValue",
  "NRecords",
  "TimeWindow",
  "LastValue",
];

export const storePolicyOf = (unit: number): StorePolicy =>
  POLICIES[unit % POLICIES.length] ?? "TimeWindow";

/** Digits before and after the point: the serial, and what tells a damaged one. */
const SERIAL_DIGITS = 16;
const CHECK_DIGITS = 9;
const LEAST_BYTES = SERIAL_DIGITS + 1 + CHECK_DIGITS;
const POINT = 0x2e;
const ZERO = 0x30;

/**
 * A reading as a number in decimal digits: before the point the serial, which a double holds
 * exactly, after it nine digits that follow from serial, stream and run. The platform keeps the text.
 */
export function storeKind({ units, qos, payloadBytes, runTag }: WrittenWork): WrittenKind {
  if (payloadBytes < LEAST_BYTES) throw new RangeError(`a reading takes ${LEAST_BYTES} bytes`);
  const serialAt = payloadBytes - LEAST_BYTES;
  return {
    qos,
    streams: units,
    streamAt: (turn) => turn % units,
    unitOf: (stream) => stream,
    topicOf: ({ outputTopic }) => outputTopic,
    payloadBytes: () => payloadBytes,
    write(payload, stream, serial) {
      payload.fill(ZERO, 0, serialAt);
      putDigits(payload, serialAt, SERIAL_DIGITS, serial);
      payload[serialAt + SERIAL_DIGITS] = POINT;
      putDigits(
        payload,
        serialAt + SERIAL_DIGITS + 1,
        CHECK_DIGITS,
        checkOf(runTag, stream, serial),
      );
    },
    tellsTaken: true,
    keepsLast: (stream) => storePolicyOf(stream) === "LastValue",
  };
}

function putDigits(payload: Uint8Array, at: number, digits: number, value: number): void {
  let left = value;
  for (let place = at + digits - 1; place >= at; place--) {
    const higher = Math.floor(left / 10);
    payload[place] = ZERO + (left - 10 * higher);
    left = higher;
  }
}

/** Below a quarter, so that whoever reads the number as a double still has the serial before it. */
const CHECKS = 2.5 * 10 ** (CHECK_DIGITS - 1);
/** Odd and large, so that neighbours get unlike digits. */
const OF_SERIAL = 0x9e3779b1;
const OF_STREAM = 0x85ebca6b;

function checkOf(runTag: number, stream: number, serial: number): number {
  const high = Math.floor(serial / 2 ** 32);
  const mixed =
    Math.imul(serial | 0, OF_SERIAL) ^ Math.imul(high + stream + 1, OF_STREAM) ^ (runTag | 0);
  return ((mixed ^ (mixed >>> 15)) >>> 0) % CHECKS;
}

/** What a stored text says. */
export interface Reading {
  readonly serial: number;
  /** As it was sent, by that node in that run. */
  readonly isWhole: boolean;
}

const READING = /^0*(\d{16})\.(\d{9})$/;

/** Undefined where it is no reading at all. */
export function readReading(text: string, stream: number, runTag: number): Reading | undefined {
  const [, serialText, checkText] = READING.exec(text) ?? [];
  if (serialText === undefined) return undefined;
  const serial = Number(serialText);
  return { serial, isWhole: Number(checkText) === checkOf(runTag, stream, serial) };
}
