import { pause } from "../load/clock.ts";
import type { MqttSession } from "../transport/mqtt/session.ts";
import type { FaultTools, OpenFault } from "./faults.ts";
import type { FaultOrder, FaultProgress } from "./session-control.ts";

/** An end heard so soon after reading again came of not reading. */
const AFTERMATH_MS = 2000;

/** Units that do not read for a while: what is meant for them piles up at the broker. */
export class SlowConsumer implements OpenFault {
  readonly #order: FaultOrder;
  readonly #tools: FaultTools;
  readonly #planned: number;
  readonly #slow = new Map<MqttSession, number>();
  #isOver = false;
  #untilMs = Infinity;

  constructor(order: FaultOrder, tools: FaultTools, indexes: readonly number[]) {
    this.#order = order;
    this.#tools = tools;
    this.#planned = indexes.length;
    for (const index of indexes) {
      const live = tools.units.unit(index);
      if (live === undefined || live.closed) continue;
      live.planned = true;
      live.session.pauseReads();
      this.#slow.set(live.session, index);
    }
    void this.#wait();
  }

  /** The broker had enough of one that does not read; often we only hear it on reading again. */
  closed(index: number, session: MqttSession): boolean {
    const { units, closedByPlan, comeBack } = this.#tools;
    if (!this.#slow.has(session) || units.options.clock.now() > this.#untilMs) return false;
    const live = units.unit(index);
    if (live?.session === session) live.planned = true;
    closedByPlan("closed-while-slow");
    comeBack(index, false);
    return true;
  }

  closedByTarget(): void {}

  progress(): FaultProgress {
    const { number } = this.#order;
    return { number, planned: this.#planned, observed: this.#slow.size, isOver: this.#isOver };
  }

  async #wait(): Promise<void> {
    const { signal, units } = this.#tools;
    await pause(units.options.clock, this.#order.forMs, signal).catch(() => undefined);
    this.#isOver = true;
    this.#untilMs = units.options.clock.now() + AFTERMATH_MS;
    for (const [session, index] of this.#slow) {
      const live = units.unit(index);
      if (live?.session !== session) continue;
      live.planned = false;
      session.resumeReads();
    }
  }
}
