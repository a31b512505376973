import type { SecondCounts } from "../engine/axis-measurer.ts";
import { HealthWatch, type OpenProbe } from "./generator-health.ts";
import { Histogram } from "./histogram.ts";
import type { Ledger, LedgerTotals } from "./ledger.ts";

const COUNTS = ["intended", "sent", "done", "good", "late", "lost", "failed", "unsent"] as const;
const NOTHING: Readonly<LedgerTotals> = {
  intended: 0,
  sent: 0,
  done: 0,
  good: 0,
  late: 0,
  lost: 0,
  failed: 0,
  unsent: 0,
};

/** Turns a ledger's running totals into counts per second, across the ledgers of many steps. */
export class SecondSampler implements Disposable {
  readonly #health: HealthWatch;
  readonly #latency = new Histogram();
  #ledger: Ledger | undefined;
  #before: LedgerTotals = NOTHING;
  /** What older ledgers counted since the last take. */
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
    const { done, failed, ...since } = this.#since();
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
    this.#carried = NOTHING;
    this.#before = { ...(this.#ledger?.totals ?? NOTHING) };
    return counts;
  }

  /** Counts since the last take. A loss taken back may lower one: never below zero. */
  #since(): LedgerTotals {
    const now = this.#ledger?.totals ?? NOTHING;
    const since = { ...NOTHING };
    for (const key of COUNTS) {
      since[key] = Math.max(0, this.#carried[key] + now[key] - this.#before[key]);
    }
    return since;
  }

  [Symbol.dispose](): void {
    this.#health[Symbol.dispose]();
  }
}
