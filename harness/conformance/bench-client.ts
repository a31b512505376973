import { type Clock, pause } from "../load/clock.ts";
import { type CloseReason, describeCloseReason } from "../transport/mqtt/close-reason.ts";
import type { Qos } from "../transport/mqtt/protocol.ts";
import { type MqttSession, openSession } from "../transport/mqtt/session.ts";
import { Difference } from "./same.ts";

export interface Message {
  readonly topic: string;
  readonly text: string;
}

export interface ClientOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  /** The token, which is the user name. */
  readonly username: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The listener takes 20 connects a second: one may have to wait its turn. */
const CONNECT_WITHIN_MS = 15_000;
const ANSWER_WITHIN_MS = 10_000;
const KEEP_ALIVE_SEC = 60;

/** A Unit's connection that keeps what it received. */
export class BenchClient {
  readonly received: Message[] = [];
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #session: MqttSession | undefined;
  #closed: CloseReason | undefined;
  #acknowledged = 0;
  #tag = 0;
  #changed: () => void = () => {};

  private constructor({ clock, signal }: ClientOptions) {
    this.#clock = clock;
    this.#signal = signal;
  }

  static async open(options: ClientOptions): Promise<BenchClient> {
    const client = new BenchClient(options);
    const { host, port, clientId, username, signal } = options;
    client.#session = await openSession(
      {
        host,
        port,
        clientId,
        username,
        password: "",
        protocol: 4,
        keepAliveSec: KEEP_ALIVE_SEC,
        cleanSession: true,
        maxInflight: 200,
        connectTimeoutMs: CONNECT_WITHIN_MS,
      },
      {
        message: (_session, topic, buffer, start, end) => {
          client.received.push({ topic, text: buffer.toString("utf8", start, end) });
          client.#changed();
        },
        acknowledged: () => {
          client.#acknowledged++;
          client.#changed();
        },
        closed: (_session, reason) => {
          client.#closed = reason;
          client.#changed();
        },
      },
      signal,
    );
    return client;
  }

  get isOpen(): boolean {
    return this.#closed === undefined;
  }

  /** The code of SUBACK: 0x80 and above is a refusal. */
  async subscribe(topic: string, qos: Qos = 0): Promise<number> {
    const [code] = await this.#live().subscribe([topic], qos);
    return code ?? 0x80;
  }

  /** Sends; at QoS 1 it is acknowledged before this resolves. */
  async publish(topic: string, text: string | Buffer, qos: 0 | 1 = 1): Promise<void> {
    this.send(topic, text, { qos });
    const wanted = this.#tag;
    if (qos === 1) {
      await this.#until(`the acknowledgement for ${topic}`, () => this.#acknowledged >= wanted);
    }
  }

  /** Sends and waits for nothing. */
  send(
    topic: string,
    text: string | Buffer,
    { qos = 0, retain = false }: { readonly qos?: 0 | 1; readonly retain?: boolean } = {},
  ): void {
    const session = this.#live();
    const bytes = Buffer.from(text);
    const template = session.template(topic, qos, bytes.length, { retain });
    bytes.copy(template.payload);
    const outcome = session.publish(template, qos === 1 ? ++this.#tag : 0);
    if (outcome !== "sent")
      throw new Difference(`a message to ${topic} could not be sent: ${outcome}`);
    session.flush();
  }

  /** All the publishes at QoS 1 so far have been acknowledged. */
  allAcknowledged(withinMs?: number): Promise<void> {
    return this.#until("all acknowledgements", () => this.#acknowledged >= this.#tag, withinMs);
  }

  /** The first message received, from now or before, that is so. */
  async hears(what: string, isIt: (message: Message) => boolean, withinMs?: number) {
    const find = () => this.received.find(isIt);
    await this.#until(what, () => find() !== undefined, withinMs);
    return find() as Message;
  }

  /** Why the broker ended the connection. */
  async ended(withinMs?: number): Promise<string> {
    await this.#until(
      "the end of the connection",
      () => this.#closed !== undefined,
      withinMs,
      true,
    );
    return this.#closed === undefined ? "" : describeCloseReason(this.#closed);
  }

  async close(): Promise<void> {
    await this.#session?.end();
  }

  #live(): MqttSession {
    if (this.#session === undefined || this.#closed !== undefined) {
      const why = this.#closed === undefined ? "" : `: ${describeCloseReason(this.#closed)}`;
      throw new Difference(`the connection has ended${why}`);
    }
    return this.#session;
  }

  async #until(
    what: string,
    isSo: () => boolean,
    withinMs = ANSWER_WITHIN_MS,
    mayEnd = false,
  ): Promise<void> {
    const untilMs = this.#clock.now() + withinMs;
    while (!isSo()) {
      if (!mayEnd) this.#live();
      const leftMs = untilMs - this.#clock.now();
      if (leftMs <= 0) throw new Difference(`${what} did not come within ${withinMs / 1000} s`);
      const done = new AbortController();
      const change = new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
      const limit = pause(this.#clock, leftMs, AbortSignal.any([this.#signal, done.signal]));
      await Promise.race([change, limit]).finally(() => {
        limit.catch(() => undefined);
        done.abort(new Error("done"));
      });
    }
  }
}
