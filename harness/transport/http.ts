import { Pool } from "undici";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The class of what is wrong with an answer, or undefined when it is right. */
  readonly check: (status: number, body: string) => string | undefined;
}

/** Told once per request: `errorClass` is undefined for a good answer. */
export type HttpDone = (tag: number, errorClass: string | undefined) => void;

export interface HttpTransportOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Where to connect, whatever the name says later; fixed for the run. */
  readonly address: { readonly address: string; readonly family: 4 | 6 };
  /** Connections kept open; more requests than this wait their turn, and their latency shows it. */
  readonly connections: number;
  /** An unanswered request is given up after this. */
  readonly timeoutMs: number;
}

/** Open-loop requests over keep-alive connections: `send` returns at once, whatever the target does. */
export class HttpTransport implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #done: HttpDone;
  #closed = false;

  constructor(options: HttpTransportOptions, done: HttpDone) {
    this.#pool = new Pool(options.origin, {
      connections: options.connections,
      pipelining: 1,
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      connect: {
        timeout: Math.min(5000, options.timeoutMs),
        lookup: (_host, lookup, callback) => {
          const { address, family } = options.address;
          if (lookup.all === true) callback(null, [{ address, family }]);
          else callback(null, address, family);
        },
      },
    });
    this.#done = done;
  }

  get openSockets(): number {
    return this.#pool.stats.connected;
  }

  send(request: HttpRequest, tag: number): void {
    if (this.#closed) return;
    this.#pool.dispatch(
      {
        method: request.method,
        path: request.path,
        headers: request.headers,
        body: request.body ?? null,
      },
      new Answer(request, tag, this.#done),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#pool.destroy();
  }
}

class Answer {
  readonly #request: HttpRequest;
  readonly #tag: number;
  readonly #done: HttpDone;
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #over = false;

  constructor(request: HttpRequest, tag: number, done: HttpDone) {
    this.#request = request;
    this.#tag = tag;
    this.#done = done;
  }

  onRequestStart(): void {}

  onResponseStart(_controller: unknown, statusCode: number): void {
    this.#status = statusCode;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks).toString("utf8");
    this.#end(this.#request.check(this.#status, body));
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#end(classOfError(error));
  }

  #end(errorClass: string | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#done(this.#tag, errorClass);
  }
}

function classOfError(error: Error): string {
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  switch (code) {
    case "UND_ERR_HEADERS_TIMEOUT":
    case "UND_ERR_BODY_TIMEOUT":
      return "timeout";
    case "UND_ERR_CONNECT_TIMEOUT":
      return "connect-timeout";
    case "ECONNREFUSED":
      return "refused";
    case "ECONNRESET":
    case "UND_ERR_SOCKET":
    case "EPIPE":
      return "reset";
    default:
      return code.toLowerCase();
  }
}
