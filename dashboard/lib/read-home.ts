import type { GradeRow, RunRow } from "#harness/store/rows.ts";
import type { StoreReader } from "#harness/store/store.ts";
import { isRunning } from "./standing.ts";

export interface Home {
  readonly runs: readonly RunRow[];
  /** All grades of the target shown, newest first. */
  readonly grades: readonly GradeRow[];
  readonly running: RunRow | undefined;
  /** Every target with a grade, the newest graded first. */
  readonly targets: readonly string[];
}

const TREND_REPORTS = 40;
const STRIP_RUNS = 10;

/** What home shows: of the target asked for, or of the one graded last. */
export async function readHome(
  store: StoreReader,
  target: string | undefined,
  nowMs: number,
): Promise<Home> {
  const [runs, reports] = await Promise.all([
    store.listRuns(STRIP_RUNS),
    store.listReports(TREND_REPORTS),
  ]);
  const targets = [...new Set(reports.map((row) => row.report.run.target.url))];
  const shown = targets.find((url) => url === target) ?? targets[0];
  return {
    runs,
    grades: reports.filter((row) => row.report.run.target.url === shown),
    running: runs.find((run) => isRunning(run, nowMs)),
    targets,
  };
}
