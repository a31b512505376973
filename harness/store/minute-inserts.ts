import {
  type ClickHouseAccess,
  connect,
  type InsertOutcome,
  insertLines,
} from "./clickhouse-client.ts";
import { CODECS } from "./codec.ts";
import { StoreError } from "./error.ts";
import { migrate } from "./migrate.ts";
import type { UnitMinuteRow } from "./rows.ts";

/** Stores what the meter has safe on disk. */
export interface MinuteInserts extends AsyncDisposable {
  /**
   * Stores rows under a token that the caller keeps: repeated after a crash or an answer that was
   * lost they are stored once, in the rollups too. Rows of one token are the same rows each time.
   */
  insert(token: string, rows: readonly UnitMinuteRow[]): Promise<InsertOutcome>;
}

const TIMEOUT_MS = 10_000;

/** Nothing is asked before the first insert: a meter begins whether or not ClickHouse is there. */
export function openMinuteInserts(access: ClickHouseAccess): MinuteInserts {
  const connection = connect(access, { requestTimeoutMs: TIMEOUT_MS });
  let isMigrated = false;
  const makeReady = async (): Promise<InsertOutcome | undefined> => {
    if (isMigrated) return undefined;
    try {
      await migrate(access);
      isMigrated = true;
      return undefined;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return { kind: "away", error };
    }
  };
  return {
    async insert(token, rows) {
      const unready = await makeReady();
      if (unready !== undefined) return unready;
      const lines = rows.map((row) => `${CODECS.unit_minutes.encode(row, 0)}\n`).join("");
      const outcome = await insertLines(connection, "unit_minutes", token, lines);
      // A new server, or a database somebody dropped: the next try makes its tables.
      if (outcome.kind === "missing") isMigrated = false;
      return outcome;
    },
    [Symbol.asyncDispose]: () => connection.client.close(),
  };
}
