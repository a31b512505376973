import type { SecondCounts } from "../engine/axis-measurer.ts";
import { HealthWatch, type OpenProbe } from "./generator-health.ts";
import type { Ledger, LedgerTotals } from "./ledger.ts";

const NOTHING: LedgerTotals = {
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
  #ledger: Ledger | undefined;
  #before: LedgerTotals = NOTHING;

  constructor(now: () => number, openProbe?: OpenProbe) {
    this.#health = new HealthWatch(now, openProbe);
  }

  /** Counts of the ledger before are lost if not taken: take a second first. */
  follow(ledger: Ledger): void {
    this.#ledger = ledger;
    this.#before = { ...ledger.totals };
  }

  lateness(ms: number): void {
    this.#health.lateness(ms);
  }

  take(openSockets: number): SecondCounts {
    const now = this.#ledger?.totals ?? NOTHING;
    const before = this.#before;
    const since = (key: keyof LedgerTotals) => Math.max(0, now[key] - before[key]);
    const intended = since("intended");
    const unsent = since("unsent");
    const latency = this.#ledger?.recentLatency;
    const counts: SecondCounts = {
      intended,
      sent: since("sent"),
      delivered: since("done"),
      good: since("good"),
      late: since("late"),
      lost: since("lost"),
      errors: since("failed"),
      unsent,
      inFlight: this.#ledger?.inFlight ?? 0,
      latency: latency?.toSparse() ?? { buckets: [], counts: [] },
      latencyP99Ms: latency?.quantile(0.99) ?? 0,
      health: this.#health.take({ intended, unsent, openSockets }),
    };
    latency?.clear();
    this.#before = { ...now };
    return counts;
  }

  [Symbol.dispose](): void {
    this.#health[Symbol.dispose]();
  }
}
