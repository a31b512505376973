/** How the end of a body is known (RFC 9112 §6.3). */
export type Framing = "none" | "length" | "chunked" | "until-close";

/** What of a head matters to reading the answer; reused for each one. */
export interface ResponseHead {
  status: number;
  framing: Framing;
  /** With framing `length`. */
  contentLength: number;
  /** The other side closes after this answer. */
  closes: boolean;
  /** From a Keep-Alive header: how long it keeps an idle connection. */
  idleMs: number | undefined;
}

export const newResponseHead = (): ResponseHead => ({
  status: 0,
  framing: "none",
  contentLength: 0,
  closes: false,
  idleMs: undefined,
});

/** The head goes on after what is there. */
export const INCOMPLETE = -1;
/** It is no head of HTTP/1. */
export const MALFORMED = -2;

const CR = 13;
const LF = 10;
const COLON = 58;
const SPACE = 32;
const TAB = 9;
const ZERO = 48;

/** Characters of a header's name (RFC 9110 §5.6.2). */
const IS_TOKEN = tableOf((char) => /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(char));
/** Characters of a header's value: visible, blank, tab, or above ASCII. */
const IS_TEXT = tableOf((char, code) => code === TAB || (code >= SPACE && code !== 127));

function tableOf(holds: (char: string, code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) =>
    holds(String.fromCharCode(code), code) ? 1 : 0,
  );
}

/** "HTTP/1." */
const VERSION = Buffer.from("HTTP/1.");
const LONGEST_LENGTH_DIGITS = 15;

/**
 * Reads the head that starts at `start` into `head` and gives where it ends, or one of the two
 * above. Byte by byte, without making a string: nearly all that a head says does not matter here.
 */
export function readHead(
  bytes: Buffer,
  start: number,
  end: number,
  forHead: boolean,
  head: ResponseHead,
): number {
  let at = readStatusLine(bytes, start, end, head);
  if (at < 0) return at;
  const keepsByDefault = bytes[start + VERSION.length] === ZERO + 1;
  const seen: Seen = { length: -1, chunked: false, coded: false, close: false, keep: false };
  for (;;) {
    if (at >= end) return INCOMPLETE;
    if (bytes[at] === CR) {
      if (at + 1 >= end) return INCOMPLETE;
      if (bytes[at + 1] !== LF) return MALFORMED;
      return settle(head, seen, keepsByDefault, forHead) ? at + 2 : MALFORMED;
    }
    at = readField(bytes, at, end, seen, head);
    if (at < 0) return at;
  }
}

/** What the fields of one head said. */
interface Seen {
  /** -1: no Content-Length. */
  length: number;
  chunked: boolean;
  /** Some Transfer-Encoding was named. */
  coded: boolean;
  close: boolean;
  keep: boolean;
}

function readStatusLine(bytes: Buffer, start: number, end: number, head: ResponseHead): number {
  for (let i = 0; i < VERSION.length; i++) {
    if (start + i >= end) return INCOMPLETE;
    if (bytes[start + i] !== VERSION[i]) return MALFORMED;
  }
  const at = start + VERSION.length;
  // Minor version, blank, three digits, and a blank or the end of the line.
  if (at + 6 > end) return INCOMPLETE;
  const minor = (bytes[at] ?? 0) - ZERO;
  if ((minor !== 0 && minor !== 1) || bytes[at + 1] !== SPACE) return MALFORMED;
  let status = 0;
  for (let i = 2; i < 5; i++) {
    const digit = (bytes[at + i] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return MALFORMED;
    status = status * 10 + digit;
  }
  if (status < 100 || (bytes[at + 5] !== SPACE && bytes[at + 5] !== CR)) return MALFORMED;
  head.status = status;
  return endOfLine(bytes, at + 5, end);
}

/** Where the line that `at` lies in ends, its CRLF included. */
function endOfLine(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && IS_TEXT[bytes[at] ?? 0] === 1) at++;
  if (at >= end) return INCOMPLETE;
  if (bytes[at] !== CR) return MALFORMED;
  if (at + 1 >= end) return INCOMPLETE;
  return bytes[at + 1] === LF ? at + 2 : MALFORMED;
}

function readField(
  bytes: Buffer,
  start: number,
  end: number,
  seen: Seen,
  head: ResponseHead,
): number {
  let colon = start;
  while (colon < end && IS_TOKEN[bytes[colon] ?? 0] === 1) colon++;
  if (colon >= end) return INCOMPLETE;
  if (colon === start || bytes[colon] !== COLON) return MALFORMED;
  const next = endOfLine(bytes, colon + 1, end);
  if (next < 0) return next;
  const width = colon - start;
  // In every answer, and nearly always one plain number: no string is made of that.
  if (width === LENGTH_NAME.length && seen.length === -1 && isLengthName(bytes, start)) {
    seen.length = plainNumber(bytes, colon + 1, next - 2);
    if (seen.length !== -1) return next;
  }
  // No other name of these lengths matters, and most fields have other lengths.
  if (width === 10 || width === 14 || width === 17) {
    const name = bytes.toString("latin1", start, colon).toLowerCase();
    const value = bytes.toString("latin1", colon + 1, next - 2).trim();
    if (!noteField(name, value, seen, head)) return MALFORMED;
  }
  return next;
}

const LENGTH_NAME = Buffer.from("content-length");
const CASE_BIT = 32;

function isLengthName(bytes: Buffer, start: number): boolean {
  for (let i = 0; i < LENGTH_NAME.length; i++) {
    // "-" has the bit already.
    if (((bytes[start + i] ?? 0) | CASE_BIT) !== LENGTH_NAME[i]) return false;
  }
  return true;
}

/** Digits after blanks and nothing else, as a number; -1 for anything less plain. */
function plainNumber(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] === SPACE) at++;
  if (at === end || end - at > LONGEST_LENGTH_DIGITS) return -1;
  let value = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** False if the field cannot be right. */
function noteField(name: string, value: string, seen: Seen, head: ResponseHead): boolean {
  switch (name) {
    case "content-length":
      return noteLength(value, seen);
    case "transfer-encoding":
      // A coding after `chunked`, or a second `chunked`, leaves the end of the body unknown.
      if (seen.chunked) return false;
      seen.coded = true;
      seen.chunked = value.toLowerCase() === "chunked";
      return true;
    case "connection": {
      const options = value.toLowerCase().split(",");
      for (const option of options) {
        if (option.trim() === "close") seen.close = true;
        if (option.trim() === "keep-alive") seen.keep = true;
      }
      return true;
    }
    case "keep-alive": {
      const seconds = /(?:^|[,;\s])timeout=(\d{1,9})/i.exec(value)?.[1];
      if (seconds !== undefined) head.idleMs = Number(seconds) * 1000;
      return true;
    }
    default:
      return true;
  }
}

/** One number, or the same one repeated (RFC 9110 §8.6). */
function noteLength(value: string, seen: Seen): boolean {
  for (const part of value.split(",")) {
    const digits = part.trim();
    if (!/^\d+$/.test(digits) || digits.length > LONGEST_LENGTH_DIGITS) return false;
    const length = Number(digits);
    if (seen.length !== -1 && seen.length !== length) return false;
    seen.length = length;
  }
  return true;
}

function settle(
  head: ResponseHead,
  seen: Seen,
  keepsByDefault: boolean,
  forHead: boolean,
): boolean {
  const { status } = head;
  head.closes = seen.close || (!keepsByDefault && !seen.keep);
  head.contentLength = 0;
  head.framing = "none";
  // Both at once is how answers are smuggled; a coding of its own we never offered to take.
  if (seen.coded && (seen.length !== -1 || !seen.chunked)) return false;
  if (forHead || status < 200 || status === 204 || status === 304) return true;
  if (seen.chunked) head.framing = "chunked";
  else if (seen.length === -1) {
    head.framing = "until-close";
    head.closes = true;
  } else if (seen.length > 0) {
    head.framing = "length";
    head.contentLength = seen.length;
  }
  return true;
}
