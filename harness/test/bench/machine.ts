import { readFile } from "node:fs/promises";
import { cpus, loadavg, release } from "node:os";
import type { Flags } from "./flags.ts";
import type { Pinning } from "./programs.ts";
import type { Environment } from "./schema.ts";
import { CONNECTIONS, PAYLOAD_BYTES } from "./works.ts";

/** Open files a process here may have at most. */
async function fileLimit(): Promise<number> {
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => "");
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1];
  return hard === undefined ? 1024 : Number(hard);
}

/** A loop on every core would read as one: above this somebody else is at work. */
const QUIET_LOAD = 0.3;

export async function environmentOf(
  flags: Flags,
  pinning: Pinning,
  sink: Environment["sink"],
  versions: Readonly<Record<string, string>>,
): Promise<Environment> {
  const [busy = 0] = loadavg();
  return {
    cores: cpus().length,
    cpuModel: cpus()[0]?.model.trim() ?? "unknown",
    kernel: release(),
    node: process.versions.node,
    sink,
    versions,
    pinned: pinning.cores,
    fileLimit: await fileLimit(),
    loadAverage: Math.round(busy * 100) / 100,
    connections: CONNECTIONS,
    payloadBytes: PAYLOAD_BYTES,
    rounds: flags.rounds,
    quick: flags.quick,
    remarks: [...remarksOn(busy, pinning, sink)],
  };
}

function* remarksOn(
  busy: number,
  { cores }: Pinning,
  sink: Environment["sink"],
): Generator<string> {
  yield "every client has Nagle's delay off; mosquitto runs as Debian ships it, Nagle on";
  if (cores === null)
    yield "generator and target share their cores: taskset or a second core is missing";
  if (sink === "node")
    yield "the sink is Node's, for want of a C compiler: fast clients wait for it";
  if (busy > QUIET_LOAD) {
    yield `others use this machine (load ${busy.toFixed(1)}): repeat on a quiet one before believing a time`;
  }
}
