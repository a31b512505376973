import { freemem } from "node:os";
import { bad, type Check, ok } from "../check.ts";

/** Measured: 5 to 12 KB of ours a connection, and about as much of the kernel's for its buffers. */
const BYTES_PER_UNIT = 24 * 1024;
/** The program with its search, store and workers, before the first Unit. */
const BASE_BYTES = 250 * 1024 * 1024;
/** The embedded ClickHouse beside it. */
const STORE_BYTES = 600 * 1024 * 1024;

export const memory: Check = {
  id: "memory",
  title: "Memory",
  about: "machine",
  run: ({ units, settings }) =>
    judgeMemory(availableBytes(), units, settings.clickhouse === undefined),
};

/** What a control group allows counts too; Node knows it. */
function availableBytes(): number {
  const found = process.availableMemory();
  return found > 0 ? found : freemem();
}

const inMb = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MB`;

export function judgeMemory(available: number, units: number, hasOwnStore: boolean) {
  const wanted = BASE_BYTES + units * BYTES_PER_UNIT + (hasOwnStore ? STORE_BYTES : 0);
  const each = BYTES_PER_UNIT / 1024;
  const needed = `${inMb(wanted)} for ${units} Units of ${each} KB${hasOwnStore ? " and ClickHouse" : ""}`;
  const seen = `${inMb(available)} free`;
  if (available >= wanted) return ok(seen, needed);
  const fix =
    "lower --max-units, free some memory, or use a ClickHouse elsewhere: --clickhouse URL";
  return bad(available < wanted / 2 ? "fail" : "warn", seen, needed, fix);
}
