import type { MqttConnectError } from "./errors.ts";
import type { MqttSession, SessionOptions } from "./session.ts";

/** Who waits for a session. */
export interface Waiting {
  resolve(session: MqttSession): void;
  reject(error: MqttConnectError): void;
}

/** What ends an attempt to connect from our side. */
export interface OpeningLimits {
  onConnectTimeout(afterMs: number): void;
  onAbort(): void;
}

/** What a session needs only until it is open; dropped then, as there may be ten thousand. */
export class Opening {
  readonly options: SessionOptions;
  readonly waiting: Waiting;
  private readonly signal: AbortSignal | undefined;
  private readonly limits: OpeningLimits;
  private readonly timer: NodeJS.Timeout;

  constructor(
    options: SessionOptions,
    waiting: Waiting,
    signal: AbortSignal | undefined,
    limits: OpeningLimits,
  ) {
    this.options = options;
    this.waiting = waiting;
    this.signal = signal;
    this.limits = limits;
    this.timer = setTimeout(onConnectTimeout, options.connectTimeoutMs, this);
    signal?.addEventListener("abort", this, { once: true });
  }

  /** The signal fired: an `EventListenerObject`, so that no closure is needed. */
  handleEvent(): void {
    this.limits.onAbort();
  }

  timeOut(): void {
    this.limits.onConnectTimeout(this.options.connectTimeoutMs);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.signal?.removeEventListener("abort", this);
  }
}

function onConnectTimeout(opening: Opening): void {
  opening.timeOut();
}
