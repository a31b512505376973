import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import type { SecondCounts } from "../engine/axis-measurer.ts";
import type { SparseHistogram } from "#harness/store/rows.ts";
import { bucketMiddleMs, Histogram } from "../measure/histogram.ts";

const SUMS = ["intended", "sent", "delivered", "good", "late", "lost", "errors", "unsent"] as const;

/** Looks taken several times a second, put together to one. */
export class SecondBatch {
  readonly #latency = new Histogram();
  #sum: SecondCounts | undefined;

  add(look: SecondCounts): void {
    addSparse(this.#latency, look.latency);
    const sum = this.#sum;
    if (sum === undefined) {
      this.#sum = look;
      return;
    }
    const counts = { ...look, health: worse(sum.health, look.health) };
    for (const name of SUMS) counts[name] = sum[name] + look[name];
    this.#sum = counts;
  }

  /** Undefined when nothing was added since the last take. */
  take(): SecondCounts | undefined {
    const sum = this.#sum;
    if (sum === undefined) return undefined;
    const latency = this.#latency.toSparse();
    const latencyP99Ms = this.#latency.quantile(0.99);
    this.#sum = undefined;
    this.#latency.clear();
    return { ...sum, latency, latencyP99Ms };
  }
}

/** Counts of a stored second added to a histogram; its highest bucket stands for the maximum. */
export function addSparse(into: Histogram, sparse: SparseHistogram): void {
  const last = sparse.buckets.at(-1);
  into.addValue({ ...sparse, maxMs: last === undefined ? 0 : bucketMiddleMs(last) });
}

/** The worse of each figure. */
function worse(a: GeneratorHealth, b: GeneratorHealth): GeneratorHealth {
  const worst = Object.entries(a).flatMap(([name, value]) => {
    const other = b[name as keyof GeneratorHealth];
    const isFigure = typeof value === "number" && typeof other === "number";
    return isFigure ? [[name, Math.max(value, other)] as const] : [];
  });
  return { ...a, ...b, ...Object.fromEntries(worst) };
}
