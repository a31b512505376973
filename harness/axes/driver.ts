import type { AxisId } from "#grader/contracts/axis.ts";
import type { InFlightMark } from "../measure/in-flight-mark.ts";
import type { Ledger } from "../measure/ledger.ts";

/** Offers one axis' work, one slot at a time, and tells the ledger what came of it. */
export interface AxisDriver extends AsyncDisposable {
  readonly axis: AxisId;
  /** Units connected now. */
  readonly unitsConnected: number;
  readonly openSockets: number;
  /** Streams that keep their order; slots are sent on `0 … streams − 1`. */
  readonly streams: number;
  /** Sessions the other side has closed so far. */
  readonly dropped: number;
  /** Messages or requests still out on our side; a drain waits until there are none. */
  readonly pending: number;
  /** Set when the driver can go on no longer, e.g. every session was closed. */
  readonly broken: string | null;
  /** How growth is told in the step begun last, where the in-flight count would not tell it. */
  readonly inFlightMark?: InFlightMark | undefined;
  /** A new step: outcomes go to `ledger` from here on, outcomes of older steps nowhere. */
  begin(step: number, load: number, ledger: Ledger): void;
  /**
   * Whether the slot at this place in the step's whole schedule is ours to send. Drivers of several
   * threads share one schedule: each turn is exactly one's own.
   */
  owns(turn: number): boolean;
  /**
   * Sends one slot. Never throws, never waits; says to the ledger what it did. `turn` is its place
   * in the step's schedule, slots of a curtailed window counted too: who sends follows from it.
   */
  send(slot: number, intendedAtMs: number, turn: number): void;
  /** Hands what `send` collected to the sockets; called at the end of each tick. */
  flush(): void;
  /** Forgets what is still out: nothing of it may reach the target or a later step any more. */
  abandon(): void;
}

/** A driver that is alone with its axis, in one thread, and gets its work ready itself. */
export interface LoneDriver extends AxisDriver {
  /**
   * Makes ready for `load` (axis unit): provisions, connects. Called before each step; returns at
   * once when nothing is missing.
   */
  prepare(load: number, signal: AbortSignal): Promise<void>;
}
