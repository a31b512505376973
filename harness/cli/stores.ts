import { join } from "node:path";
import { EmbeddedError } from "#compose/embedded/error.ts";
import { openEmbeddedClickHouse } from "#compose/embedded/clickhouse/supervise.ts";
import type { ClickHouseAccess } from "#harness/store/clickhouse-client.ts";
import { openStoreReader } from "#harness/store/clickhouse-reader.ts";
import { openStoreWriter } from "#harness/store/clickhouse-writer.ts";
import { markCutOff } from "#harness/store/cut-off.ts";
import type { StoreReader, StoreWriter } from "#harness/store/store.ts";
import type { Settings } from "../config.ts";
import { ownerIsGone } from "../run/environment.ts";
import type { World } from "../world.ts";
import { Closers } from "./closers.ts";
import { openCrashLog } from "./crash-log.ts";

/** ClickHouse, ours or theirs, and both sides of the store on it. */
export interface OpenStores extends AsyncDisposable {
  readonly access: ClickHouseAccess;
  readonly reader: StoreReader;
  readonly writer: StoreWriter;
}

/** Opens the store: the server named by `--clickhouse`, else the embedded one, started if needed. */
export async function openStores(world: World, settings: Settings): Promise<OpenStores> {
  const stack = new Closers();
  try {
    const access = await openAccess(world, settings, stack);
    const spoolDir = join(settings.data, "spool");
    const writer = stack.use(await openStoreWriter({ ...access, spoolDir }));
    const reader = stack.use(openStoreReader(access));
    await markSilentRuns(reader, writer);
    return { access, reader, writer, [Symbol.asyncDispose]: () => stack.close() };
  } catch (error) {
    // What went wrong first says more than what then would not close.
    await stack.close().catch(() => undefined);
    throw error;
  }
}

/** ClickHouse by URL, unasked whether it is there, or the embedded one, started. */
export async function openAccess(
  world: World,
  settings: Settings,
  stack: Closers,
): Promise<ClickHouseAccess> {
  const database = settings.clickhouseDatabase;
  if (settings.clickhouse !== undefined) {
    const password = world.env["LOADSTONE_CLICKHOUSE_PASSWORD"] ?? "";
    return { url: settings.clickhouse, username: settings.clickhouseUser, password, database };
  }
  const crash = openCrashLog(world);
  const opening = openEmbeddedClickHouse({
    dataDir: join(settings.data, "clickhouse"),
    log: crash.log,
  });
  const { url, username, password } = stack.use(
    await opening.catch((error: unknown) => {
      if (error instanceof EmbeddedError && error.code === "EMBEDDED_CLICKHOUSE_CRASHED") {
        crash.print();
      }
      throw error;
    }),
  );
  return { url, username, password, database };
}

/** Runs whose harness died are marked so, by whoever opens the store next. */
async function markSilentRuns(reader: StoreReader, writer: StoreWriter): Promise<void> {
  for (const run of await reader.listRuns(20)) {
    if (run.state === "cut-off") await markCutOff(reader, writer, run.runId);
    else if (run.state === "running" && ownerIsGone(run.environment)) {
      writer.write("runs", {
        ...run,
        revision: run.revision + 1,
        state: "cut-off",
        verdict: "cut-off",
        reason: "The harness ended without finishing the run.",
        endedAtMs: run.heartbeatAtMs,
      });
      await writer.flush();
    }
  }
}
