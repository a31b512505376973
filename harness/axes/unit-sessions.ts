import type { CloseReason } from "../transport/mqtt/close-reason.ts";
import type { MqttSession } from "../transport/mqtt/session.ts";
import { classOfReason } from "./connect-failure.ts";
import type { ConnectedUnits } from "./connected-units.ts";
import { beginFault, type OpenFault } from "./faults.ts";
import { Reconnector } from "./reconnect.ts";
import type {
  FaultOrder,
  FaultProgress,
  KeepPlan,
  SessionControl,
  SessionCounts,
} from "./session-control.ts";

/** Keeps the sessions of one thread's Units: brings back who goes, and disturbs who is to be. */
export class UnitSessions implements SessionControl {
  readonly #units: ConnectedUnits;
  readonly #faults: OpenFault[] = [];
  readonly #closes = new Map<string, number>();
  readonly #connectErrors = new Map<string, number>();
  #reconnector: Reconnector | undefined;
  #plan: KeepPlan | undefined;
  #signal: AbortSignal | undefined;
  #closedByTarget = 0;
  #closedByPlan = 0;
  #reconnects = 0;

  constructor(units: ConnectedUnits) {
    this.#units = units;
  }

  keep(plan: KeepPlan, signal: AbortSignal): void {
    const { clock, connect } = this.#units.options;
    this.#plan = plan;
    this.#signal = signal;
    this.#reconnector = new Reconnector({
      units: this.#units,
      backOff: plan.backOff,
      seed: plan.seed,
      clock,
      connectsPerSec: connect.connectsPerSec,
      signal,
      onConnected: () => {
        this.#reconnects++;
      },
      onFailed: (errorClass) => count(this.#connectErrors, errorClass),
    });
    this.#units.onClosed = (index, session, reason) => this.#closed(index, session, reason);
    signal.addEventListener("abort", () => {
      this.#units.onClosed = undefined;
    });
  }

  begin(order: FaultOrder): void {
    if (this.#plan === undefined || this.#signal === undefined || this.#signal.aborted) return;
    const fault = beginFault(order, {
      units: this.#units,
      seed: this.#plan.seed,
      signal: this.#signal,
      comeBack: (index, isRushed) => this.#reconnector?.comeBack(index, isRushed),
      closedByPlan: (errorClass) => this.#byPlan(errorClass),
      failed: (errorClass) => count(this.#connectErrors, errorClass),
    });
    this.#faults.push(fault);
  }

  counts(): SessionCounts {
    return {
      away: this.#units.known - this.#units.connected,
      closedByTarget: this.#closedByTarget,
      closedByPlan: this.#closedByPlan,
      closes: Object.fromEntries(this.#closes),
      reconnects: this.#reconnects,
      connectErrors: Object.fromEntries(this.#connectErrors),
    };
  }

  progress(): readonly FaultProgress[] {
    return this.#faults.map((fault) => fault.progress());
  }

  /** A fault that knows the session says what its end means; else the target closed it. */
  #closed(index: number, session: MqttSession, reason: CloseReason): void {
    const live = this.#units.unit(index);
    for (const fault of this.#faults) if (fault.closed(index, session, reason)) return;
    // Of a session that was taken away or replaced nobody is told twice.
    if (live?.session !== session || live.closed) return;
    this.#closedByTarget++;
    count(this.#closes, classOf(reason));
    for (const fault of this.#faults) fault.closedByTarget(index);
    this.#reconnector?.comeBack(index, false);
  }

  #byPlan(errorClass: string): void {
    this.#closedByPlan++;
    count(this.#closes, errorClass);
  }
}

function count(into: Map<string, number>, errorClass: string): void {
  into.set(errorClass, (into.get(errorClass) ?? 0) + 1);
}

/** What an MQTT 5 broker says of why it disconnects is worth more than that it did. */
function classOf(reason: CloseReason): string {
  if (reason.kind !== "server" || reason.code === undefined) return classOfReason(reason);
  return `disconnect-0x${reason.code.toString(16)}`;
}
