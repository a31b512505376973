import type { RunRow } from "./rows.ts";
import type { StoreReader, StoreWriter } from "./store.ts";

/** A running run that gave no sign of life for longer than this is dead. */
export const HEARTBEAT_LIMIT_MS = 60_000;

/** A run as it has to be read at `nowMs`: one that fell silent is cut off, whatever it last wrote. */
export function asRead(run: RunRow, nowMs: number): RunRow {
  if (run.state !== "running" || nowMs - run.heartbeatAtMs <= HEARTBEAT_LIMIT_MS) return run;
  const lastSign = new Date(run.heartbeatAtMs).toISOString();
  const reason = `The harness stopped without finishing; its last sign of life was at ${lastSign}.`;
  return { ...run, state: "cut-off", verdict: "cut-off", reason };
}

/**
 * Writes down that a run was cut off, so that it no longer hangs on the clock of whoever reads it.
 * Does nothing for a run that lives, ended or is already marked.
 */
export async function markCutOff(
  reader: StoreReader,
  writer: StoreWriter,
  runId: string,
): Promise<boolean> {
  const run = await reader.readRun(runId);
  // Only a run that was read as cut off and never written so has no end.
  if (run === undefined || run.state !== "cut-off" || run.endedAtMs !== null) return false;
  writer.write("runs", { ...run, revision: run.revision + 1, endedAtMs: run.heartbeatAtMs });
  await writer.flush();
  return true;
}
