const CR = 13;
const LF = 10;
/** Of a chunk's size line with its extensions, and of all trailers together. */
const MAX_LINE_BYTES = 4096;
const MAX_TRAILER_BYTES = 16_384;
/** Hexadecimal digits of a chunk's size: 2⁴⁸ is beyond any body. */
const MAX_SIZE_DIGITS = 12;

type State = "size" | "extension" | "data" | "after-data" | "trailer" | "done";

/** Takes the chunks of one body apart, however the bytes come in (RFC 9112 §7.1). */
export class ChunkedDecoder {
  readonly #take: (bytes: Buffer, start: number, end: number) => void;
  #state: State = "size";
  #size = 0;
  #digits = 0;
  /** Of the line being read; in the trailers, of all of them. */
  #read = 0;
  #lineBytes = 0;
  #sawCr = false;

  /** @param take is given each piece of data, valid during the call. */
  constructor(take: (bytes: Buffer, start: number, end: number) => void) {
    this.#take = take;
  }

  get done(): boolean {
    return this.#state === "done";
  }

  /** Gives where it stopped: at `end`, or after the last chunk; -1 when it is no chunked body. */
  push(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && this.#state !== "done") {
      if (this.#state === "data") at = this.#data(bytes, at, end);
      else if (!this.#byte(bytes[at++] ?? 0)) return -1;
    }
    return at;
  }

  #data(bytes: Buffer, at: number, end: number): number {
    const upTo = Math.min(end, at + this.#size);
    this.#take(bytes, at, upTo);
    this.#size -= upTo - at;
    if (this.#size === 0) this.#state = "after-data";
    return upTo;
  }

  /** One byte outside the data; false if it may not stand there. */
  #byte(byte: number): boolean {
    // A bare LF and a CR alone are what framing tricks are made of.
    if (this.#sawCr !== (byte === LF)) return false;
    if (byte === CR) {
      this.#sawCr = true;
      return true;
    }
    if (byte === LF) {
      this.#sawCr = false;
      return this.#lineEnd();
    }
    return this.#inLine(byte);
  }

  #inLine(byte: number): boolean {
    this.#read++;
    this.#lineBytes++;
    switch (this.#state) {
      case "size":
        return this.#sizeByte(byte);
      case "extension":
        return this.#read <= MAX_LINE_BYTES && byte >= 9;
      case "trailer":
        return this.#read <= MAX_TRAILER_BYTES && byte >= 9;
      case "after-data":
      case "data":
      case "done":
        return false;
      default:
        return this.#state satisfies never;
    }
  }

  #sizeByte(byte: number): boolean {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      this.#size = this.#size * 16 + digit;
      return ++this.#digits <= MAX_SIZE_DIGITS;
    }
    // ";" begins an extension; blanks before it are tolerated as elsewhere.
    if (this.#digits === 0 || (byte !== 59 && byte !== 32 && byte !== 9)) return false;
    this.#state = "extension";
    return true;
  }

  #lineEnd(): boolean {
    const empty = this.#lineBytes === 0;
    this.#lineBytes = 0;
    switch (this.#state) {
      case "size":
      case "extension":
        if (this.#digits === 0) return false;
        this.#state = this.#size === 0 ? "trailer" : "data";
        break;
      case "after-data":
        this.#state = "size";
        break;
      case "trailer":
        if (empty) this.#state = "done";
        return true;
      case "data":
      case "done":
        return false;
      default:
        return this.#state satisfies never;
    }
    this.#digits = 0;
    this.#read = 0;
    return true;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
