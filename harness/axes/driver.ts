import type { AxisId } from "#grader/contracts/axis.ts";
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
  /**
   * Makes ready for `load` (axis unit): provisions, connects, subscribes, primes. Called before
   * each step; returns at once when nothing is missing.
   */
  prepare(load: number, signal: AbortSignal): Promise<void>;
  /** A new step: outcomes go to `ledger` from here on, outcomes of older steps nowhere. */
  begin(step: number, load: number, ledger: Ledger): void;
  /** Sends one slot. Never throws, never waits; says to the ledger what it did. */
  send(slot: number, intendedAtMs: number): void;
  /** Hands what `send` collected to the sockets; called at the end of each tick. */
  flush(): void;
  /** Forgets what is still out: nothing of it may reach the target or a later step any more. */
  abandon(): void;
}
