import type { Dispatcher } from "undici";
import type { Clock } from "../load/clock.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The class of what is wrong with an answer, or undefined when it is right. */
  readonly check: (status: number, body: string) => string | undefined;
}

/**
 * What a request tells of the target being there: it answered, right or wrong; nothing was
 * connected to answer; or nothing came in time, which tells neither.
 */
export type Contact = "answered" | "no-connection" | "silent";

export interface ExchangeEvents {
  /** The outcome, told once; never after `abandon`. */
  ended(errorClass: string | undefined, contact: Contact): void;
  /** Undici is done with it: its connection is free. */
  released(): void;
}

/** One request from `send` to its end, and undici's handler of it. */
export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly request: HttpRequest;
  /** When it is given up, on the clock. */
  readonly untilMs: number;
  /** Its outcome was told, or nobody wants it any more. */
  over = false;
  readonly #clock: Clock;
  readonly #events: ExchangeEvents;
  readonly #sentAtMs: number;
  readonly #chunks: Buffer[] = [];
  #dispatchedAtMs: number | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;

  constructor(request: HttpRequest, clock: Clock, untilMs: number, events: ExchangeEvents) {
    this.request = request;
    this.untilMs = untilMs;
    this.#clock = clock;
    this.#events = events;
    this.#sentAtMs = clock.now();
  }

  dispatchOn(dispatcher: Dispatcher): void {
    this.#dispatchedAtMs = this.#clock.now();
    const { method, path, headers, body } = this.request;
    dispatcher.dispatch({ method, path, headers, body: body ?? null }, this);
  }

  timeOut(): void {
    const noConnection = this.#waitedForConnection();
    this.#end(
      noConnection ? "connect-timeout" : "timeout",
      noConnection ? "no-connection" : "silent",
    );
    this.#controller?.abort(new Error("not answered in time"));
  }

  /** Forgets the request: it is aborted, or never sent if no connection has taken it yet. */
  abandon(reason: Error): void {
    this.over = true;
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.over) controller.abort(new Error("given up before a connection was free"));
  }

  onResponseStart(_controller: unknown, statusCode: number): void {
    this.#status = statusCode;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks).toString("utf8");
    this.#end(this.request.check(this.#status, body), "answered");
    this.#events.released();
  }

  onResponseError(_controller: unknown, error: Error): void {
    const errorClass = classOfError(error);
    this.#end(errorClass, CONNECTION_CLASSES.has(errorClass) ? "no-connection" : "silent");
    this.#events.released();
  }

  #end(errorClass: string | undefined, contact: Contact): void {
    if (this.over) return;
    this.over = true;
    this.#events.ended(errorClass, contact);
  }

  /** Undici had it for most of its time and no connection came: what took longer is to blame. */
  #waitedForConnection(): boolean {
    if (this.#controller !== undefined || this.#dispatchedAtMs === undefined) return false;
    return this.untilMs - this.#dispatchedAtMs > this.#dispatchedAtMs - this.#sentAtMs;
  }
}

const CONNECTION_CLASSES: ReadonlySet<string> = new Set([
  "refused",
  "reset",
  "connect-timeout",
  "unreachable",
]);

function classOfError(error: Error): string {
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  switch (code) {
    case "UND_ERR_CONNECT_TIMEOUT":
    case "ETIMEDOUT":
      return "connect-timeout";
    case "ECONNREFUSED":
      return "refused";
    case "ECONNRESET":
    case "UND_ERR_SOCKET":
    case "EPIPE":
      return "reset";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EHOSTDOWN":
      return "unreachable";
    default:
      return code.toLowerCase();
  }
}
