import { setTimeout as delay } from "node:timers/promises";
import { type Child, startChild } from "./child.ts";
import { letGo } from "./lock.ts";
import type { StartMessage } from "./protocol.ts";

/** Restarts allowed in a row; a child that lasted `STEADY_MS` ends the row. */
const MAX_RESTARTS = 5;
const STEADY_MS = 60_000;
const FIRST_RESTART_AFTER_MS = 100;

/** A child, and after a crash the next one in its place. */
export interface KeptRunning {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Restarts a child that ends by itself, with the port and password its clients already have. */
export function keepRunning(
  first: Child,
  message: StartMessage,
  log: (line: string) => void,
): KeptRunning {
  const again = { ...message, port: Number(new URL(first.url).port) };
  const stopping = new AbortController();
  const { signal } = stopping;
  let child = first;

  async function watch(attempts: number): Promise<void> {
    const sinceMs = performance.now();
    const how = await child.ended;
    if (signal.aborted) return;
    const steady = performance.now() - sinceMs > STEADY_MS;
    await restart(steady ? 1 : attempts + 1, how);
  }

  async function restart(attempt: number, why: string): Promise<void> {
    if (attempt > MAX_RESTARTS) {
      log(`EMBEDDED_CLICKHOUSE_CRASHED: ${why}; not restarted after ${MAX_RESTARTS} restarts`);
      return letGo(message.dataDir, message.password);
    }
    log(`embedded ClickHouse ended (${why}); restart ${attempt} of ${MAX_RESTARTS}`);
    await delay(FIRST_RESTART_AFTER_MS * 2 ** (attempt - 1), undefined, { signal });
    const next = await startChild(again, log).catch(String);
    if (next === undefined) return restart(attempt + 1, "another process has the directory");
    if (typeof next === "string") return restart(attempt + 1, next);
    child = next;
    return signal.aborted ? child.stop() : watch(attempt);
  }

  const watching = watch(0).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return {
    get pid() {
      return child.pid;
    },
    async stop() {
      stopping.abort();
      await child.stop();
      await watching;
    },
  };
}
