/**
 * `STORE_UNREACHABLE` no answer, or not now · `STORE_REJECTED` ClickHouse refuses what was sent ·
 * `DISK_FULL` and `SPOOL_UNWRITABLE` rows cannot be kept safe on disk · `MIGRATION_CHANGED` the
 * database was set up by migrations that are not ours.
 */
export type StoreErrorCode =
  | "STORE_UNREACHABLE"
  | "STORE_REJECTED"
  | "DISK_FULL"
  | "SPOOL_UNWRITABLE"
  | "MIGRATION_CHANGED";

const HINTS: Readonly<Record<StoreErrorCode, string>> = {
  STORE_UNREACHABLE: "Check that ClickHouse runs at this URL and answers /ping.",
  STORE_REJECTED: "Check user, password and rights, and that ClickHouse is version 25 or newer.",
  DISK_FULL: "Free space on the disk that holds the spool folder.",
  SPOOL_UNWRITABLE: "Make the spool folder writable for this user, or choose another.",
  MIGRATION_CHANGED: "Use the Loadstone version that made this database, or another database.",
};

/** What the store throws. Messages never hold credentials. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;
  /** What the person can do, one sentence. */
  readonly hint: string;

  constructor(code: StoreErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = HINTS[code];
  }
}

/** How an error reads in `StoreHealth.lastError`. */
export const errorLine = (error: StoreError): string => `${error.code}: ${error.message}`;
