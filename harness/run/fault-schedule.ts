import type { FaultResult } from "#grader/contracts/fixed-run.ts";
import type { FaultOrder, SessionControl } from "../axes/session-control.ts";
import type { FixedPlan } from "../plan/fixed-plan.ts";
import type { Fault } from "../scenario/run-schema.ts";
import { FaultTracker } from "./fault-tracker.ts";

/** A dead Unit is given up after so many keepalives. */
const GIVE_UP_KEEPALIVES = 3;

/** Begins each planned fault when its time has come, and follows what comes of it. */
export class FaultSchedule {
  readonly #plan: FixedPlan;
  readonly #sessions: SessionControl;
  readonly #tracker: FaultTracker;
  #next = 0;

  constructor(plan: FixedPlan, sessions: SessionControl) {
    this.#plan = plan;
    this.#sessions = sessions;
    this.#tracker = new FaultTracker(plan.faults);
  }

  get present(): string | null {
    return this.#tracker.present;
  }

  /** When the next fault is to begin, from the first send; Infinity after the last. */
  get nextAtMs(): number {
    return this.#plan.faults[this.#next]?.at ?? Infinity;
  }

  /** Begins what is due by `atMs`. */
  beginDue(atMs: number): readonly Fault[] {
    const begun: Fault[] = [];
    for (; this.nextAtMs <= atMs; this.#next++) {
      const fault = this.#plan.faults[this.#next];
      if (fault === undefined) break;
      this.#tracker.begin(this.#next, atMs, this.#sessions.counts());
      this.#sessions.begin(orderOf(fault, this.#next, this.#plan.keepAliveSec));
      begun.push(fault);
    }
    return begun;
  }

  /** A look at `atMs` from the first send; `bad` messages were found since the one before. */
  look(atMs: number, bad: number): void {
    const sessions = this.#sessions.counts();
    this.#tracker.look({ atMs, bad, sessions, progress: this.#sessions.progress() });
  }

  results(endMs: number): Omit<FaultResult, "verdict">[] {
    return this.#tracker.results(endMs);
  }
}

function orderOf(fault: Fault, number: number, keepAliveSec: number): FaultOrder {
  const { kind } = fault;
  const share = "share" in fault ? fault.share : 1;
  const common = { kind, number, share, keepAliveSec, isAtOnce: false, forMs: 0 };
  switch (kind) {
    case "reconnect-storm":
      return { ...common, isAtOnce: fault.reconnect === "at-once" };
    case "half-open":
      return { ...common, forMs: fault.for ?? GIVE_UP_KEEPALIVES * keepAliveSec * 1000 };
    case "slow-consumer":
      return { ...common, forMs: fault.for };
    case "session-takeover":
    case "broker-restart":
      return common;
    default:
      return kind satisfies never;
  }
}
