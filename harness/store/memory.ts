import { z } from "zod";
import { CODECS } from "./codec.ts";
import { asRead } from "./cut-off.ts";
import type { MeterReader, RowsByTable, StoreReader, StoreWriter, Table } from "./store.ts";
import { joinRepoUsage, joinUsage, sumMinutes, sumUnits } from "./usage.ts";

/** A store that lives as long as the process; for tests and for runs that keep nothing. */
export function openMemoryStore(
  options: { now?: () => number } = {},
): StoreReader & MeterReader & StoreWriter {
  const now = options.now ?? Date.now;
  const rows: { [T in Table]: RowsByTable[T][] } = {
    runs: [],
    trials: [],
    seconds: [],
    events: [],
    resources: [],
    grades: [],
    profiles: [],
    unit_minutes: [],
  };
  let writtenRows = 0;
  let rejectedRows = 0;
  let lastError: string | null = null;

  const readRuns = () => newestOf(rows.runs, runKey, (run) => run.revision);
  const readGrades = () => newestOf(rows.grades, runKey, (grade) => Math.floor(grade.atMs));

  return {
    write(table, row) {
      try {
        rows[table].push(storedForm(table, row));
        writtenRows += 1;
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        rejectedRows += 1;
        lastError = `STORE_REJECTED: ${table}: ${z.prettifyError(error)}`;
      }
    },
    async flush() {},
    health: () => ({
      connected: true,
      spooledRows: 0,
      writtenRows,
      rejectedRows,
      droppedRows: 0,
      lastError,
    }),
    async listRuns(limit) {
      const runs = readRuns().sort(newestFirst((run) => run.startedAtMs));
      return runs.slice(0, limit).map((run) => asRead(run, now()));
    },
    async readRun(runId) {
      const run = readRuns().find((one) => one.runId === runId);
      return run && asRead(run, now());
    },
    async readTrials(runId) {
      const trials = rows.trials.filter((trial) => trial.runId === runId);
      const last = newestOf(
        trials,
        (trial) => String(trial.index),
        () => 0,
      );
      return last.sort((a, b) => a.index - b.index);
    },
    readSeconds: async (runId, sinceMs) => later(rows.seconds, runId, sinceMs),
    readEvents: async (runId, sinceMs) => later(rows.events, runId, sinceMs),
    readResources: async (runId, sinceMs) => later(rows.resources, runId, sinceMs),
    readReport: async (runId) => readGrades().find((grade) => grade.runId === runId)?.report,
    async listReports(limit) {
      return readGrades()
        .sort(newestFirst((grade) => grade.atMs))
        .slice(0, limit);
    },
    async listProfiles() {
      const profiles = newestOf(
        rows.profiles,
        (profile) => profile.profileId,
        (profile) => Math.floor(profile.atMs),
      );
      return profiles.sort((a, b) => (a.profileId < b.profileId ? -1 : 1));
    },
    async readUnitUsage(instance, nowMs) {
      const minutes = rows.unit_minutes.filter((row) => row.instance === instance);
      return joinUsage(sumMinutes(minutes, nowMs), nowMs);
    },
    async readRepoUsage(instance, nowMs) {
      const minutes = rows.unit_minutes.filter((row) => row.instance === instance);
      return joinRepoUsage(sumUnits(sumMinutes(minutes, nowMs)), nowMs);
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** The row as a database would give it back: checked, and no longer the caller's object. */
function storedForm<T extends Table>(table: T, row: RowsByTable[T]): RowsByTable[T] {
  const codec = CODECS[table];
  return codec.decode(JSON.parse(codec.encode(row, 0)));
}

const runKey = (row: { readonly runId: string }): string => row.runId;

/** One row a key: the highest version, and of equal versions the one written last. */
function newestOf<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  versionOf: (row: Row) => number,
): Row[] {
  const newest = new Map<string, Row>();
  for (const row of rows) {
    const known = newest.get(keyOf(row));
    if (known === undefined || versionOf(row) >= versionOf(known)) newest.set(keyOf(row), row);
  }
  return [...newest.values()];
}

const newestFirst =
  <Row extends { readonly runId: string }>(timeOf: (row: Row) => number) =>
  (a: Row, b: Row): number =>
    timeOf(b) - timeOf(a) || (a.runId < b.runId ? 1 : -1);

function later<Row extends { readonly runId: string; readonly atMs: number }>(
  rows: readonly Row[],
  runId: string,
  sinceMs: number,
): Row[] {
  return rows
    .filter((row) => row.runId === runId && row.atMs > sinceMs)
    .sort((a, b) => a.atMs - b.atMs);
}
