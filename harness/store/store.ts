import type { Report } from "#grader/contracts/report.ts";
import type {
  EventRow,
  GradeRow,
  ProfileRow,
  RepoUsage,
  ResourceRow,
  RunRow,
  SecondRow,
  TrialRow,
  UnitMinuteRow,
  UnitUsage,
} from "./rows.ts";

/** What screens and reports may do: nothing but read. Unknown runs give empty answers, not errors. */
export interface StoreReader extends AsyncDisposable {
  /** Newest first. */
  listRuns(limit: number): Promise<readonly RunRow[]>;
  readRun(runId: string): Promise<RunRow | undefined>;
  /** In order of `index`. */
  readTrials(runId: string): Promise<readonly TrialRow[]>;
  /** In order of time, later than `sinceMs`. */
  readSeconds(runId: string, sinceMs: number): Promise<readonly SecondRow[]>;
  readEvents(runId: string, sinceMs: number): Promise<readonly EventRow[]>;
  readReport(runId: string): Promise<Report | undefined>;
  /** The newest reports, newest first. */
  listReports(limit: number): Promise<readonly GradeRow[]>;
}

/** What the meter, profiles and the observer left behind. */
export interface MeterReader {
  /** Every Unit of an instance over the month, week, day and hour before `nowMs`; by repo, unit. */
  readUnitUsage(instance: string, nowMs: number): Promise<readonly UnitUsage[]>;
  /** The same of every Repo, by name. */
  readRepoUsage(instance: string, nowMs: number): Promise<readonly RepoUsage[]>;
  /** The newest version of each profile, by id. */
  listProfiles(): Promise<readonly ProfileRow[]>;
  /** In order of time, later than `sinceMs`. */
  readResources(runId: string, sinceMs: number): Promise<readonly ResourceRow[]>;
}

/** Rows by table, as `write` takes them. */
export interface RowsByTable {
  readonly runs: RunRow;
  readonly trials: TrialRow;
  readonly seconds: SecondRow;
  readonly events: EventRow;
  readonly resources: ResourceRow;
  readonly grades: GradeRow;
  readonly profiles: ProfileRow;
  readonly unit_minutes: UnitMinuteRow;
}
export type Table = keyof RowsByTable;

export interface StoreHealth {
  readonly connected: boolean;
  /** Rows on disk that ClickHouse does not have yet. */
  readonly spooledRows: number;
  readonly writtenRows: number;
  /** Rows that can never be stored as they are; kept in `rejected/` with the reason. */
  readonly rejectedRows: number;
  /** Rows let go because neither ClickHouse nor the disk took them and memory was full. */
  readonly droppedRows: number;
  readonly lastError: string | null;
}

/**
 * Write side. `write` never blocks on the network: rows are batched, and spooled to disk while
 * ClickHouse is away. `flush` resolves once every row written before it is acknowledged by
 * ClickHouse or safe on disk, and rejects with a `StoreError` when neither takes them (they stay
 * in memory and are tried again). Replay from disk happens exactly once.
 */
export interface StoreWriter extends AsyncDisposable {
  write<T extends Table>(table: T, row: RowsByTable[T]): void;
  flush(): Promise<void>;
  health(): StoreHealth;
}
