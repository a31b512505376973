import { ChunkedDecoder } from "./chunked.ts";
import { INCOMPLETE, MALFORMED, newResponseHead, readHead } from "./response-head.ts";

/** A longer head is refused, as servers refuse longer requests. */
const MAX_HEAD_BYTES = 65_536;
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** What came of the bytes so far. */
export type Reading = "more" | "answer" | "malformed" | "too-large";

/** Reads the answers of one connection, one after the other. */
export class ResponseReader {
  status = 0;
  body = "";
  /** The connection can take no further request after this answer. */
  last = false;
  /** How long the other side keeps the connection when idle, if it says. */
  idleMs: number | undefined;
  readonly #head = newResponseHead();
  #forHead = false;
  #inBody = false;
  /** Bytes of a head that came in pieces. */
  #partial: Buffer | undefined;
  /** Pieces of a body that did not come in one read. */
  #pieces: Buffer[] = [];
  #bodyBytes = 0;
  #left = 0;
  #chunked: ChunkedDecoder | undefined;

  /** A new answer is awaited. */
  begin(forHead: boolean): void {
    this.#forHead = forHead;
    this.#inBody = false;
    this.#partial = undefined;
    this.#pieces = [];
    this.#bodyBytes = 0;
    this.#chunked = undefined;
  }

  push(bytes: Buffer, start: number, end: number): Reading {
    return this.#inBody ? this.#pushBody(bytes, start, end) : this.#pushHead(bytes, start, end);
  }

  /** The other side closed: true when just that was the end of the answer. */
  close(): boolean {
    if (!this.#inBody || this.#head.framing !== "until-close") return false;
    this.#finish(this.#joined());
    return true;
  }

  #pushHead(bytes: Buffer, start: number, end: number): Reading {
    if (this.#partial !== undefined) return this.#continueHead(bytes, start, end);
    const after = readHead(bytes, start, end, this.#forHead, this.#head);
    if (after === INCOMPLETE) return this.#keepPartial(Buffer.from(bytes.subarray(start, end)));
    if (after === MALFORMED) return "malformed";
    return this.#afterHead(bytes, after, end);
  }

  #keepPartial(partial: Buffer): Reading {
    this.#partial = partial;
    return partial.length > MAX_HEAD_BYTES ? "too-large" : "more";
  }

  /** Reads the head again only when its end is there, so that a dribble costs no more than it is. */
  #continueHead(bytes: Buffer, start: number, end: number): Reading {
    const before = this.#partial ?? Buffer.alloc(0);
    const whole = Buffer.concat([before, bytes.subarray(start, end)]);
    if (whole.indexOf("\r\n\r\n", Math.max(0, before.length - 3)) === -1) {
      return this.#keepPartial(whole);
    }
    this.#partial = undefined;
    return this.#pushHead(whole, 0, whole.length);
  }

  #afterHead(bytes: Buffer, at: number, end: number): Reading {
    const { status, framing, contentLength, idleMs } = this.#head;
    if (status < 200) {
      // We never ask to switch protocols, so whoever does has lost the thread.
      if (status === 101) return "malformed";
      return at === end ? "more" : this.#pushHead(bytes, at, end);
    }
    this.status = status;
    this.idleMs = idleMs ?? this.idleMs;
    switch (framing) {
      case "none":
        return this.#finish("", at < end);
      case "length":
        if (contentLength > MAX_BODY_BYTES) return "too-large";
        // The usual case: one read holds it all, and nothing needs to be kept.
        if (end - at >= contentLength) {
          const upTo = at + contentLength;
          return this.#finish(bytes.toString("utf8", at, upTo), upTo < end);
        }
        this.#left = contentLength;
        break;
      case "chunked":
        this.#chunked = new ChunkedDecoder((piece, from, to) => this.#keep(piece, from, to));
        break;
      case "until-close":
        break;
      default:
        return framing satisfies never;
    }
    this.#inBody = true;
    return at === end ? "more" : this.#pushBody(bytes, at, end);
  }

  #pushBody(bytes: Buffer, start: number, end: number): Reading {
    const { framing } = this.#head;
    if (framing === "chunked") return this.#pushChunks(bytes, start, end);
    const upTo = framing === "length" ? Math.min(end, start + this.#left) : end;
    this.#left -= upTo - start;
    this.#keep(bytes, start, upTo);
    if (this.#bodyBytes > MAX_BODY_BYTES) return "too-large";
    if (framing !== "length" || this.#left > 0) return "more";
    return this.#finish(this.#joined(), upTo < end);
  }

  #pushChunks(bytes: Buffer, start: number, end: number): Reading {
    const at = this.#chunked?.push(bytes, start, end) ?? -1;
    if (at === -1) return "malformed";
    if (this.#bodyBytes > MAX_BODY_BYTES) return "too-large";
    return this.#chunked?.done === true ? this.#finish(this.#joined(), at < end) : "more";
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    this.#bodyBytes += end - start;
    // The read buffer is shared: what is kept must be copied.
    if (this.#bodyBytes <= MAX_BODY_BYTES)
      this.#pieces.push(Buffer.from(bytes.subarray(start, end)));
  }

  #joined(): string {
    return Buffer.concat(this.#pieces).toString("utf8");
  }

  /** @param surplus bytes came that nobody asked for: who knows what they answer. */
  #finish(body: string, surplus = false): Reading {
    this.body = body;
    this.last = this.#head.closes || surplus;
    this.#pieces = [];
    this.#partial = undefined;
    this.#inBody = false;
    return "answer";
  }
}
