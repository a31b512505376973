import { FixedRunReport } from "#grader/contracts/fixed-run.ts";
import { waveOf } from "#grader/grade/tally.ts";
import type { StoreReader } from "#harness/store/store.ts";

/** Kind of the event that holds the report of a run of given load. */
export const REPORT_EVENT = "report";

/** The report as its event keeps it: the windows are in the run's trials already. */
export const storedReport = (report: FixedRunReport): unknown => ({ ...report, windows: [] });

/** The stored report of a run of given load; undefined for a run that has none. */
export async function readFixedReport(
  reader: StoreReader,
  runId: string,
): Promise<FixedRunReport | undefined> {
  const events = await reader.readEvents(runId, 0);
  const event = events.findLast(({ kind }) => kind === REPORT_EVENT);
  if (event === undefined) return undefined;
  const trials = await reader.readTrials(runId);
  const windows = trials.filter(({ phase }) => phase !== "drain").map(waveOf);
  const stored = FixedRunReport.parse(JSON.parse(event.detail));
  return { ...stored, windows };
}
