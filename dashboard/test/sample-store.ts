import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbeddedClickHouse } from "#compose/embedded/clickhouse/supervise.ts";
import type { RunRow } from "#harness/store/rows.ts";
import { openStoreWriter } from "#harness/store/clickhouse-writer.ts";
import type { StoreWriter } from "#harness/store/store.ts";
import { SAMPLE_IDS, type SampleRows } from "./sample-run.ts";

/** A ClickHouse of its own for one test, empty until `fill`. */
export interface SampleStore extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  openWriter(): Promise<StoreWriter>;
}

export async function openSampleStore(): Promise<SampleStore> {
  const folder = await mkdtemp(join(tmpdir(), "loadstone-dashboard-"));
  const clickhouse = await openEmbeddedClickHouse({ dataDir: join(folder, "data") });
  const { url, username, password } = clickhouse;
  return {
    env: {
      LOADSTONE_CLICKHOUSE_URL: url,
      LOADSTONE_CLICKHOUSE_USER: username,
      LOADSTONE_CLICKHOUSE_PASSWORD: password,
    },
    openWriter: () => openStoreWriter({ url, username, password, spoolDir: join(folder, "spool") }),
    [Symbol.asyncDispose]: async () => {
      await clickhouse.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Writes every row and waits until ClickHouse has them. */
export async function fill(writer: StoreWriter, rows: SampleRows): Promise<void> {
  for (const row of rows.runs) writer.write("runs", row);
  for (const row of rows.trials) writer.write("trials", row);
  for (const row of rows.seconds) writer.write("seconds", row);
  for (const row of rows.events) writer.write("events", row);
  for (const row of rows.grades) writer.write("grades", row);
  await writer.flush();
}

/** The running run of the sample as it stands a while later. */
export function laterRun(rows: SampleRows, change: Partial<RunRow>): RunRow {
  const run = rows.runs.find(({ runId }) => runId === SAMPLE_IDS.running);
  if (run === undefined) throw new Error("the sample has no running run");
  return { ...run, ...change };
}
