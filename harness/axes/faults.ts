import { hashName, seededRandom } from "../load/random.ts";
import type { CloseReason } from "../transport/mqtt/close-reason.ts";
import type { MqttSession } from "../transport/mqtt/session.ts";
import type { ConnectedUnits } from "./connected-units.ts";
import { HalfOpen } from "./fault-half-open.ts";
import { SlowConsumer } from "./fault-slow-consumer.ts";
import { SessionTakeover } from "./fault-takeover.ts";
import type { FaultOrder, FaultProgress } from "./session-control.ts";

/** What a fault does its work with. */
export interface FaultTools {
  readonly units: ConnectedUnits;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** The Unit's session is gone: at once and unpaced, or after its back-off. */
  readonly comeBack: (index: number, isRushed: boolean) => void;
  readonly closedByPlan: (errorClass: string) => void;
  /** A connect that failed, by class. */
  readonly failed: (errorClass: string) => void;
}

/** A fault under way. */
export interface OpenFault {
  /** True when the session's end is the fault's affair, and told by it. */
  closed(index: number, session: MqttSession, reason: CloseReason): boolean;
  closedByTarget(index: number): void;
  progress(): FaultProgress;
}

export function beginFault(order: FaultOrder, tools: FaultTools): OpenFault {
  const { kind } = order;
  switch (kind) {
    case "reconnect-storm":
      return storm(order, tools);
    case "half-open":
      return new HalfOpen(order, tools, chosen(order, tools));
    case "slow-consumer":
      return new SlowConsumer(order, tools, chosen(order, tools));
    case "session-takeover":
      return new SessionTakeover(order, tools, chosen(order, tools));
    case "broker-restart":
      return new BrokerRestart(order, tools);
    default:
      return kind satisfies never;
  }
}

/**
 * Units drawn by the seed, at least one of the run's; the same seed draws the same ones, however
 * many threads share them. Those of this thread that are open.
 */
export function chosen({ kind, number, share }: FaultOrder, tools: FaultTools): number[] {
  const { units, seed } = tools;
  const all = Array.from({ length: units.wanted }, (_, index) => index);
  const wanted = Math.min(all.length, Math.max(1, Math.round(share * all.length)));
  const random = seededRandom(seed, hashName(kind), number);
  for (let at = 0; at < wanted; at++) {
    const other = at + Math.floor(random() * (all.length - at));
    const swapped = all[at] ?? 0;
    all[at] = all[other] ?? 0;
    all[other] = swapped;
  }
  return all.slice(0, wanted).filter((index) => units.isOpen(index));
}

/** Sockets dropped without a word, all at the same moment. */
function storm(order: FaultOrder, tools: FaultTools): OpenFault {
  const indexes = chosen(order, tools);
  let observed = 0;
  for (const index of indexes) {
    const live = tools.units.takeAway(index);
    if (live === undefined) continue;
    live.session.destroy();
    tools.closedByPlan("dropped-by-plan");
    observed++;
    tools.comeBack(index, order.isAtOnce);
  }
  const progress = { number: order.number, planned: indexes.length, observed, isOver: true };
  return { closed: () => false, closedByTarget: () => {}, progress: () => progress };
}

/** Somebody else's doing: seen when sessions close by themselves. */
class BrokerRestart implements OpenFault {
  readonly #number: number;
  readonly #planned: number;
  readonly #closed = new Set<number>();

  constructor({ number }: FaultOrder, { units }: FaultTools) {
    this.#number = number;
    this.#planned = units.connected;
  }

  closed(): boolean {
    return false;
  }

  closedByTarget(index: number): void {
    this.#closed.add(index);
  }

  progress(): FaultProgress {
    const observed = this.#closed.size;
    return { number: this.#number, planned: this.#planned, observed, isOver: observed > 0 };
  }
}
