import type { World } from "../world.ts";

const CRASHED = "EMBEDDED_CLICKHOUSE_CRASHED";
const LAST_LINES = 20;

/** What an embedded part says: everything for LOADSTONE_DEBUG, else only its last words. */
export interface CrashLog {
  readonly log: (line: string) => void;
  /** Says the last lines, for an error that is about to point to them. */
  print(): void;
}

export function openCrashLog(world: Pick<World, "env" | "warn">): CrashLog {
  if (world.env["LOADSTONE_DEBUG"] !== undefined) return { log: world.warn, print: () => {} };
  const lines: string[] = [];
  const print = () => {
    for (const line of lines.splice(0)) world.warn(line);
  };
  return {
    log: (line) => {
      lines.push(line);
      if (lines.length > LAST_LINES) lines.shift();
      // Its keeper has given up restarting it, long after it was opened.
      if (line.startsWith(CRASHED)) print();
    },
    print,
  };
}
