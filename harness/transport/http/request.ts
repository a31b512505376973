/** One request and what a right answer to it is. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST";
  readonly path: string;
  /** Written once for each object: requests that send the same headers should share one. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The class of what is wrong with an answer, or undefined when it is right. */
  readonly check: (status: number, body: string) => string | undefined;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Visible ASCII, blanks and tabs: what may stand in a header without hiding another one. */
const VALUE = /^[\t\x20-\x7e]*$/;
/** Visible ASCII alone; anything else must come percent-encoded. */
const PATH = /^\/[\x21-\x7e]*$/;
/** What the framing rests on is ours to write. */
const OURS: ReadonlySet<string> = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "expect",
  "upgrade",
]);

/** Turns requests into the bytes of HTTP/1.1, one encoder for each origin. */
export class RequestEncoder {
  readonly #ending: string;
  readonly #blocks = new WeakMap<HttpRequest["headers"], string>();

  /** @param host host and port as the URL has them. */
  constructor(host: string) {
    this.#ending = ` HTTP/1.1\r\nhost: ${checkedValue("host", host)}\r\nuser-agent: loadstone\r\n`;
  }

  /** Throws a RangeError for what cannot be said in HTTP. */
  encode({ method, path, headers, body }: HttpRequest): string {
    if (!PATH.test(path)) throw new RangeError(`"${path}" is no path of a request`);
    const start = `${method} ${path}${this.#ending}${this.#block(headers)}`;
    if (body === undefined) return `${start}\r\n`;
    return `${start}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  }

  #block(headers: HttpRequest["headers"]): string {
    const known = this.#blocks.get(headers);
    if (known !== undefined) return known;
    const block = Object.entries(headers)
      .map(([name, value]) => `${checkedName(name)}: ${checkedValue(name, value)}\r\n`)
      .join("");
    this.#blocks.set(headers, block);
    return block;
  }
}

function checkedName(name: string): string {
  if (!TOKEN.test(name)) throw new RangeError(`"${name}" is no name of a header`);
  if (OURS.has(name.toLowerCase())) throw new RangeError(`the header ${name} is not free to set`);
  return name;
}

function checkedValue(name: string, value: string): string {
  // The value may be a token: it stays out of the message.
  if (!VALUE.test(value)) throw new RangeError(`the header ${name} holds what no header may`);
  return value;
}
