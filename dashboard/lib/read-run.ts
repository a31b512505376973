import type { Report } from "#grader/contracts/report.ts";
import type { EventRow, RunRow, TrialRow } from "#harness/store/rows.ts";
import type { StoreReader } from "#harness/store/store.ts";

export interface StoredRun {
  readonly run: RunRow;
  /** Undefined until the run is graded. */
  readonly report: Report | undefined;
  readonly trials: readonly TrialRow[];
  readonly events: readonly EventRow[];
}

/** All that is kept of one run; undefined for a run the store never saw. */
export async function readStoredRun(
  store: StoreReader,
  runId: string,
): Promise<StoredRun | undefined> {
  const [run, report, trials, events] = await Promise.all([
    store.readRun(runId),
    store.readReport(runId),
    store.readTrials(runId),
    store.readEvents(runId, 0),
  ]);
  return run === undefined ? undefined : { run, report, trials, events };
}
