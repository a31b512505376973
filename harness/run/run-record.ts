import type { RayId } from "#grader/contracts/axis.ts";
import type { Report, RunVerdict } from "#grader/contracts/report.ts";
import type { EventRow, RunRow, SecondRow } from "#harness/store/rows.ts";
import type { StoreWriter } from "#harness/store/store.ts";
import type { SecondCounts } from "../engine/axis-measurer.ts";
import type { Clock } from "../load/clock.ts";
import type { Reading } from "../platform/operator-metrics.ts";

type RunStart = Omit<
  RunRow,
  "revision" | "state" | "verdict" | "reason" | "endedAtMs" | "heartbeatAtMs"
>;

const AGENT = "main";

/** Writes a run to the store as it happens, so that a death leaves all that was known. */
export class RunRecord {
  readonly #store: StoreWriter;
  readonly #clock: Clock;
  #row: RunRow;

  constructor(store: StoreWriter, clock: Clock, start: RunStart) {
    this.#store = store;
    this.#clock = clock;
    this.#row = {
      ...start,
      revision: 0,
      state: "running",
      verdict: null,
      reason: "running",
      endedAtMs: null,
      heartbeatAtMs: start.startedAtMs,
    };
    store.write("runs", this.#row);
  }

  get row(): RunRow {
    return this.#row;
  }

  heartbeat(): void {
    this.#revise({ heartbeatAtMs: this.#clock.wall() });
  }

  finish(verdict: RunVerdict, reason: string, endedAtMs: number): void {
    const heartbeatAtMs = this.#clock.wall();
    this.#revise({ state: "finished", verdict, reason, endedAtMs, heartbeatAtMs });
  }

  event(
    kind: string,
    severity: EventRow["severity"],
    axis: RayId | null,
    message: string,
    detail: unknown = {},
  ): void {
    const { runId } = this.#row;
    const atMs = this.#clock.wall();
    const event = { runId, atMs, kind, severity, axis, message };
    this.#store.write("events", { ...event, detail: JSON.stringify(detail) });
  }

  second(axis: RayId, phase: string, load: number, counts: SecondCounts): void {
    const { latencyP99Ms: _shown, ...stored } = counts;
    const row: SecondRow = {
      runId: this.#row.runId,
      axis,
      stream: axis,
      agent: AGENT,
      atMs: Math.floor(this.#clock.wall() / 1000) * 1000,
      load,
      phase,
      ...stored,
    };
    this.#store.write("seconds", row);
  }

  grade(report: Report, digest: string): void {
    const { runId } = this.#row;
    this.#store.write("grades", { runId, atMs: report.run.endedAtMs, digest, report });
  }

  /** Readings of the target's own counters, as of now. */
  resources(readings: readonly Reading[]): void {
    const { runId } = this.#row;
    const atMs = this.#clock.wall();
    for (const reading of readings) this.#store.write("resources", { runId, atMs, ...reading });
  }

  #revise(change: Partial<RunRow>): void {
    this.#row = { ...this.#row, ...change, revision: this.#row.revision + 1 };
    this.#store.write("runs", this.#row);
  }
}
