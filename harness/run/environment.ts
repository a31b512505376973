import { readFileSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { z } from "zod";
import type { Report } from "#grader/contracts/report.ts";
import { isAlive, startOfProcess } from "../platform/liveness.ts";

const Package = z.object({ version: z.string() });

/** Version of this program, from its package.json. */
export const LOADSTONE_VERSION = Package.parse(
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")),
).version;

/** What the generator runs on. */
export const generatorFacts = (
  workers: number,
): Pick<
  Report["generator"],
  "loadstoneVersion" | "nodeVersion" | "platform" | "cpus" | "workers"
> => ({
  loadstoneVersion: LOADSTONE_VERSION,
  nodeVersion: process.version,
  platform: `${process.platform}-${process.arch}`,
  cpus: availableParallelism(),
  workers,
});

/** Which process runs a run, so that another on the same machine can tell that it died. */
export const runOwner = (): RunOwner => ({
  host: hostname(),
  pid: process.pid,
  processStart: startOfProcess(process.pid),
});

const RunOwner = z.object({ host: z.string(), pid: z.int(), processStart: z.string().optional() });
type RunOwner = z.infer<typeof RunOwner>;

/** Whether the process named in a run's environment is known to be gone. */
export function ownerIsGone(environment: string): boolean {
  const owner = RunOwner.safeParse(JSON.parse(environment));
  return owner.success && owner.data.host === hostname() && !isAlive(owner.data);
}
