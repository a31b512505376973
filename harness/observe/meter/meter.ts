import type { MinuteInserts } from "#harness/store/minute-inserts.ts";
import type { Clock } from "../../load/clock.ts";
import type { MessageFacts } from "../../transport/mqtt/incoming-message.ts";
import { placeOf, type Topology } from "../topic-place.ts";
import { Doubt, messageHash } from "./doubt.ts";
import type { Journal } from "./journal.ts";
import { rowsOf } from "./journal-lines.ts";
import { type MeterSession, Pending } from "./pending.ts";

export interface MeterOptions {
  readonly instance: string;
  readonly topology: Topology;
  readonly journal: Journal;
  readonly inserts: MinuteInserts;
  readonly clock: Clock;
  /** What went wrong and is tried again. */
  readonly say: (text: string) => void;
  /** The disk took a count no more: nothing is acknowledged from here on. */
  readonly onFailure: (error: unknown) => void;
}

export interface MeterCounts {
  readonly messages: number;
  /** Sent again by the broker and counted before. */
  readonly repeated: number;
  /** Kept by the broker from before: no traffic. */
  readonly retained: number;
  readonly storedRows: number;
  readonly waitingSegments: number;
}

/** One insert takes no more rows. */
const ROWS_AN_INSERT = 5000;

/**
 * Counts messages by Unit, node and minute. A QoS 1 message is acknowledged when its count is safe
 * on disk, so a meter that dies loses none that the broker still has; what it had counted and not
 * acknowledged the broker repeats, and it is known again. QoS 0 has no such promise.
 */
export class Meter {
  readonly #options: MeterOptions;
  readonly #doubt: Doubt;
  readonly #pending = new Pending();
  #session: MeterSession | undefined;
  #turns: Promise<void> = Promise.resolve();
  #isWaiting = false;
  #messages = 0;
  #repeated = 0;
  #retained = 0;
  #storedRows = 0;
  #away = false;

  constructor(options: MeterOptions) {
    this.#options = options;
    this.#doubt = new Doubt(options.journal.doubtAtOpen);
  }

  get counts(): MeterCounts {
    return {
      messages: this.#messages,
      repeated: this.#repeated,
      retained: this.#retained,
      storedRows: this.#storedRows,
      waitingSegments: this.#options.journal.waiting,
    };
  }

  /** One message, as the session tells of it. */
  message(
    session: MeterSession,
    topic: string,
    buffer: Buffer,
    start: number,
    end: number,
    facts: Pick<MessageFacts, "qos" | "packetId" | "repeated" | "retained">,
  ): void {
    if (session !== this.#session) this.#adopt(session);
    const { qos, packetId, repeated, retained } = facts;
    const hash = qos === 0 ? 0 : messageHash(topic, buffer, start, end);
    const isCounted = qos > 0 && this.#doubt.isCounted(packetId, hash, repeated);
    if (isCounted) this.#repeated += 1;
    else if (retained) this.#retained += 1;
    else this.#count(topic, end - start);
    if (qos > 0) {
      this.#doubt.add(packetId, hash);
      this.#pending.ack(session, packetId, hash);
    }
    this.#commitSoon();
  }

  /** Seals what was counted so far and stores what waits, as far as ClickHouse takes it. */
  async store(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#commitAll();
      await this.#options.journal.seal();
      this.#pending.beginSegment();
    });
    let goesOn = true;
    while (goesOn) goesOn = await this.#storeOldest();
  }

  #adopt(session: MeterSession): void {
    this.#session = session;
    if (session.sessionPresent) return;
    this.#doubt.clear();
    this.#pending.begin();
  }

  #count(topic: string, bytes: number): void {
    this.#messages += 1;
    const minute = Math.floor(this.#options.clock.wall() / 60_000);
    this.#pending.count(topic, minute, bytes, () => placeOf(topic, this.#options.topology));
  }

  /** One commit at a time; what arrives meanwhile goes with the next, all of it at once. */
  #commitSoon(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#inTurn(async () => {
      // What this read of the socket still brings goes along.
      await new Promise((resolve) => setImmediate(resolve));
      this.#isWaiting = false;
      await this.#commitAll();
    }).catch(this.#options.onFailure);
  }

  async #commitAll(): Promise<void> {
    if (this.#pending.isEmpty) return;
    const { line, acks } = this.#pending.take();
    await this.#options.journal.append(line, () => this.#doubt.entries());
    for (const { session, packetIds } of acks) {
      for (const packetId of packetIds) session.acknowledge(packetId);
      session.flush();
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turns.then(work);
    // After a failure no turn may go on: a count that is lost must not be acknowledged later.
    this.#turns = turn;
    turn.catch(() => undefined);
    return turn;
  }

  /** True when a segment went and another may wait. */
  async #storeOldest(): Promise<boolean> {
    const { journal, inserts, instance, say } = this.#options;
    const segment = await journal.oldest();
    if (segment === undefined) return false;
    const rows = rowsOf(segment.content, instance);
    for (let at = 0, part = 0; at < rows.length; at += ROWS_AN_INSERT, part++) {
      const token = `meter-${segment.content.head.id}-${part}`;
      const outcome = await inserts.insert(token, rows.slice(at, at + ROWS_AN_INSERT));
      if (outcome.kind === "rejected") {
        say(`ClickHouse refuses a minute for good, it is put aside: ${outcome.error.message}`);
        await journal.reject(segment);
        return true;
      }
      if (outcome.kind !== "accepted") {
        if (!this.#away) say(`${outcome.error.message}; counts wait on disk`);
        this.#away = true;
        return false;
      }
      this.#away = false;
    }
    await journal.stored(segment);
    this.#storedRows += rows.length;
    return true;
  }
}
