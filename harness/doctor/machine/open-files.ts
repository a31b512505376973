import { bad, type Check, ok, skipped } from "../check.ts";

/** Sockets besides the Units': store, dashboard, requests, files. */
const OTHER_FILES = 400;

export const openFiles: Check = {
  id: "open-files",
  title: "Open files",
  about: "machine",
  run: ({ world, units }) => judgeFiles(world.fileLimit, units),
};

/** @param limit of this process; Node has raised the soft limit to the hard one by itself. */
export function judgeFiles(limit: number | undefined, units: number) {
  if (limit === undefined) return skipped("this system does not tell its limit");
  const wanted = units + OTHER_FILES;
  const needed = `${wanted} for ${units} Units`;
  const seen = `${limit} allowed`;
  if (limit >= wanted) return ok(seen, needed);
  const fix = `sudo prlimit --pid $$ --nofile=${wanted}:${wanted} && ulimit -n ${wanted}`;
  return bad("fail", seen, needed, fix);
}
