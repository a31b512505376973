import type { SecondCounts } from "../engine/axis-measurer.ts";
import { HealthWatch, type OpenProbe } from "./generator-health.ts";
import { Histogram } from "./histogram.ts";
import type { Ledger } from "./ledger.ts";
import { type LedgerTotals, noTotals } from "./ledger-totals.ts";

const COUNTS = ["intended", "sent", "done", "good", "late", "lost", "failed", "unsent"] as const;
const NOTHING: Readonly<LedgerTotals> = noTotals();

/** Turns a ledger's running totals into counts per second, across the ledgers of many steps. */
export class SecondSampler implements Disposable {
  readonly #health: HealthWatch;
  readonly #latency = new Histogram();
  #ledger: Ledger | undefined;
  #before: LedgerTotals = NOTHING;
  /**
   * What older ledgers counted since the last take. Below zero where more losses were taken back in
   * a second than it had: the seconds after it are lower by that, so that they add up.
   */
  #carried: LedgerTotals = NOTHING;

  constructor(now: () => number, openProbe?: OpenProbe) {
    this.#health = new HealthWatch(now, openProbe);
  }

  /** Counts from a new ledger on; what the one before still held goes into the next second. */
  follow(ledger: Ledger): void {
    this.#carried = this.#since();
    if (this.#ledger !== undefined) this.#latency.add(this.#ledger.recentLatency);
    this.#ledger = ledger;
    this.#before = { ...ledger.totals };
  }

  lateness(ms: number): void {
    this.#health.lateness(ms);
  }

  take(openSockets: number): SecondCounts {
    const all = this.#since();
    const owed = noTotals();
    for (const key of COUNTS) {
      owed[key] = Math.min(0, all[key]);
      all[key] -= owed[key];
    }
    const { done, failed, ...since } = all;
    const { intended, unsent } = since;
    if (this.#ledger !== undefined) this.#latency.add(this.#ledger.recentLatency);
    const counts: SecondCounts = {
      ...since,
      delivered: done,
      errors: failed,
      inFlight: this.#ledger?.inFlight ?? 0,
      latency: this.#latency.toSparse(),
      latencyP99Ms: this.#latency.quantile(0.99),
      health: this.#health.take({ intended, unsent, openSockets }),
    };
    this.#latency.clear();
    this.#ledger?.recentLatency.clear();
    this.#carried = owed;
    this.#before = { ...(this.#ledger?.totals ?? NOTHING) };
    return counts;
  }

  #since(): LedgerTotals {
    const now = this.#ledger?.totals ?? NOTHING;
    const since = noTotals();
    for (const key of COUNTS) {
      since[key] = this.#carried[key] + now[key] - this.#before[key];
    }
    return since;
  }

  [Symbol.dispose](): void {
    this.#health[Symbol.dispose]();
  }
}
