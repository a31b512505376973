import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { bad, type Check, type DoctorContext, ok, skipped } from "../check.ts";

/** A second of connects at the highest pace we use unasked. */
const WANTED = 1024;

/** Only a target on this machine shares its kernel's queues with us. */
export const acceptQueue: Check = {
  id: "accept-queue",
  title: "Accept queue",
  about: "machine",
  run: async (context) => {
    if (!(await isHere(context))) return skipped("the target is another machine's");
    const [somaxconn, synBacklog] = await Promise.all([
      readNumber("/proc/sys/net/core/somaxconn"),
      readNumber("/proc/sys/net/ipv4/tcp_max_syn_backlog"),
    ]);
    return judgeQueues(somaxconn, synBacklog);
  },
};

async function isHere({ target }: DoctorContext): Promise<boolean> {
  const pinned = await target?.pinned().catch(() => undefined);
  if (pinned === undefined) return true;
  const own = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return pinned.address.startsWith("127.") || own.some(({ address }) => address === pinned.address);
}

async function readNumber(path: string): Promise<number | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  return /^\d+/.test(text) ? Number.parseInt(text, 10) : undefined;
}

export function judgeQueues(somaxconn: number | undefined, synBacklog: number | undefined) {
  if (somaxconn === undefined || synBacklog === undefined) {
    return skipped("this system does not tell its queues");
  }
  const seen = `somaxconn ${somaxconn}, tcp_max_syn_backlog ${synBacklog}`;
  const needed = `${WANTED} each for fast connects; the broker's own backlog counts too`;
  const low = [
    somaxconn < WANTED ? "net.core.somaxconn=4096" : "",
    synBacklog < WANTED ? "net.ipv4.tcp_max_syn_backlog=4096" : "",
  ].filter((setting) => setting !== "");
  if (low.length === 0) return ok(seen, needed);
  return bad("warn", seen, needed, `sudo sysctl -w ${low.join(" ")}`);
}
