import { readFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { bad, type Check, ok } from "../check.ts";

/** One for the generator, one for everything else here. */
const WANTED_CORES = 2;

export const processor: Check = {
  id: "processor",
  title: "Processor",
  about: "machine",
  run: async () => {
    const quota = parseQuota(await readFile("/sys/fs/cgroup/cpu.max", "utf8").catch(() => ""));
    return judgeProcessor(availableParallelism(), quota, loadavg()[0] ?? 0);
  },
};

/** Cores a control group may use, or undefined without a limit (`cpu.max`, cgroup v2). */
export function parseQuota(text: string): number | undefined {
  const [, quota, period] = /^(\d+) (\d+)/.exec(text) ?? [];
  return quota === undefined || period === undefined ? undefined : Number(quota) / Number(period);
}

/** @param busy processes that ran or waited to, the last minute's mean. */
export function judgeProcessor(cores: number, quota: number | undefined, busy: number) {
  const usable = Math.min(cores, quota ?? cores);
  const limited =
    quota === undefined ? "" : `, limited to ${quota.toFixed(1)} by its control group`;
  const seen = `${cores} cores${limited}, load ${busy.toFixed(1)}`;
  const needed = `${WANTED_CORES} cores, one of them idle`;
  if (usable < 1) {
    const fix = "raise the container's CPU limit, e.g. `docker update --cpus 2 <container>`";
    return bad("fail", seen, needed, fix);
  }
  if (usable < WANTED_CORES) {
    return bad("warn", seen, needed, "use a machine with more cores, apart from the target");
  }
  if (busy > usable - 0.5) {
    return bad("warn", seen, needed, "stop what else runs here: `top` shows it");
  }
  return ok(seen, needed);
}
