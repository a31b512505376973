import { readFileSync } from "node:fs";

/** When a process was started, in ticks since boot; `undefined` where /proc does not exist. */
export function startOfProcess(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field, the program's name, may hold spaces; field 22 counts from behind it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

/** Is the process still there, and not merely another one under its number? */
export function isAlive(run: {
  readonly pid: number;
  readonly processStart?: string | undefined;
}): boolean {
  try {
    process.kill(run.pid, 0);
  } catch (error) {
    // EPERM: it is there but belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  const start = startOfProcess(run.pid);
  return start === undefined || run.processStart === undefined || start === run.processStart;
}
