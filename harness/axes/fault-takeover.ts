import type { CloseReason } from "../transport/mqtt/close-reason.ts";
import type { MqttSession } from "../transport/mqtt/session.ts";
import type { FaultTools, OpenFault } from "./faults.ts";
import type { FaultOrder, FaultProgress } from "./session-control.ts";

/**
 * A second connection with the Unit's client id: the broker must close the first (MQTT 3.1.1,
 * 3.1.4-2) and in MQTT 5 say why with 0x8E. The Unit goes on with the second.
 */
export class SessionTakeover implements OpenFault {
  readonly #order: FaultOrder;
  readonly #tools: FaultTools;
  readonly #planned: number;
  readonly #first = new Map<MqttSession, number>();
  #connecting = 0;
  #observed = 0;

  constructor(order: FaultOrder, tools: FaultTools, indexes: readonly number[]) {
    this.#order = order;
    this.#tools = tools;
    this.#planned = indexes.length;
    for (const index of indexes) {
      const live = tools.units.unit(index);
      if (live === undefined || live.closed) continue;
      live.planned = true;
      this.#first.set(live.session, index);
      void this.#takeOver(index);
    }
    tools.signal.addEventListener("abort", () => this.#endLeftovers(), { once: true });
  }

  closed(_index: number, session: MqttSession, reason: CloseReason): boolean {
    if (!this.#first.delete(session)) return false;
    this.#observed++;
    const code = reason.kind === "server" ? reason.code : undefined;
    const told = code === undefined ? "" : `-0x${code.toString(16)}`;
    this.#tools.closedByPlan(`taken-over${told}`);
    return true;
  }

  closedByTarget(): void {}

  progress(): FaultProgress {
    const { number } = this.#order;
    const isOver = this.#connecting === 0;
    return { number, planned: this.#planned, observed: this.#observed, isOver };
  }

  /** A broker that breaks the rule has kept both. */
  #endLeftovers(): void {
    for (const [session, index] of this.#first) {
      if (this.#tools.units.unit(index)?.session !== session) session.destroy();
    }
  }

  async #takeOver(index: number): Promise<void> {
    const { units, signal, failed, comeBack } = this.#tools;
    this.#connecting++;
    const outcome = await units.connectOne(index, signal).catch(() => undefined);
    this.#connecting--;
    if (signal.aborted || outcome?.connected === true) return;
    failed(outcome?.error ?? "refused");
    const live = units.unit(index);
    if (live === undefined) return;
    if (live.closed) comeBack(index, false);
    else live.planned = false;
  }
}
