import { growthOf, type OperatorReading, type Reading } from "../platform/operator-metrics.ts";
import type { RunTarget } from "../target/target.ts";
import type { RunRecord } from "./run-record.ts";

/** What the target's operator counted when a run began, and when it had ended. */
export class ResourceWatch {
  readonly #target: Pick<RunTarget, "readResources">;
  readonly #record: Pick<RunRecord, "event" | "resources">;
  #before: readonly Reading[] = [];

  constructor(
    target: Pick<RunTarget, "readResources">,
    record: Pick<RunRecord, "event" | "resources">,
  ) {
    this.#target = target;
    this.#record = record;
  }

  async begin(): Promise<void> {
    const reading = await this.#read();
    this.#before = reading?.readings ?? [];
    for (const { source, reason } of reading?.silent ?? []) {
      this.#record.event("resources", "info", null, `no metrics of ${source}: ${reason}`);
    }
  }

  /** Says how much each counter grew: the server's own evidence beside what we counted. */
  async end(): Promise<void> {
    const after = (await this.#read())?.readings ?? [];
    const grown = growthOf(this.#before, after).filter(({ value }) => value > 0);
    if (grown.length === 0) return;
    const text = grown.map(({ metric, value }) => `${metric} +${Math.round(value)}`).join(", ");
    this.#record.event("resources", "info", null, `the target counted ${text}`, { grown });
  }

  /** A target that cannot tell, or not now, costs the run nothing but these numbers. */
  async #read(): Promise<OperatorReading | undefined> {
    const reading = await this.#target.readResources?.().catch(() => undefined);
    if (reading !== undefined) this.#record.resources(reading.readings);
    return reading;
  }
}
