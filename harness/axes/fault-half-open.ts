import { pause } from "../load/clock.ts";
import type { MqttSession } from "../transport/mqtt/session.ts";
import type { FaultTools, OpenFault } from "./faults.ts";
import type { FaultOrder, FaultProgress } from "./session-control.ts";

/** The broker may take one and a half keepalives to notice (MQTT 3.1.1, 3.1.2.10). */
const NOTICE = 1.5;

/**
 * Units whose peer is gone without a word: nothing is read, written or pinged any more, and the
 * socket stays open. The broker must find out by the keepalive. A Unit comes back when it has, or
 * at the latest when its time is over.
 */
export class HalfOpen implements OpenFault {
  readonly #order: FaultOrder;
  readonly #tools: FaultTools;
  readonly #planned: number;
  readonly #silent = new Map<MqttSession, number>();
  #observed = 0;

  constructor(order: FaultOrder, tools: FaultTools, indexes: readonly number[]) {
    this.#order = order;
    this.#tools = tools;
    this.#planned = indexes.length;
    for (const index of indexes) {
      const live = tools.units.takeAway(index);
      if (live === undefined) continue;
      live.session.freeze();
      this.#silent.set(live.session, index);
    }
    void this.#wait();
  }

  closed(index: number, session: MqttSession): boolean {
    if (!this.#silent.delete(session)) return false;
    this.#observed++;
    this.#tools.closedByPlan("timed-out-by-broker");
    this.#tools.comeBack(index, false);
    return true;
  }

  closedByTarget(): void {}

  progress(): FaultProgress {
    const { number } = this.#order;
    const isOver = this.#silent.size === 0;
    return { number, planned: this.#planned, observed: this.#observed, isOver };
  }

  /** A socket that is not read tells nothing of its end: read on, to no purpose, once it is due. */
  async #wait(): Promise<void> {
    const { signal, units } = this.#tools;
    const { clock } = units.options;
    const { keepAliveSec, forMs } = this.#order;
    const noticeMs = Math.min(forMs, NOTICE * keepAliveSec * 1000);
    try {
      await pause(clock, noticeMs, signal);
      for (const session of this.#silent.keys()) session.listenForEnd();
      await pause(clock, Math.max(0, forMs - noticeMs), signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    this.#giveUp();
  }

  /** The broker kept them all this time. */
  #giveUp(): void {
    const left = [...this.#silent];
    this.#silent.clear();
    for (const [session, index] of left) {
      session.destroy();
      this.#tools.closedByPlan("never-timed-out");
      this.#tools.comeBack(index, false);
    }
  }
}
