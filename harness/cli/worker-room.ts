import { availableParallelism, networkInterfaces } from "node:os";
import type { Settings } from "../config.ts";
import type { WorkerRoom } from "../plan/workers.ts";

/** How many threads may send on this machine; looks no name up. */
export const workerRoom = (
  settings: Pick<Settings, "workers" | "broker" | "instance">,
  cores: number = availableParallelism(),
): WorkerRoom => ({ asked: settings.workers, cores, isTargetHere: isHere(settings) });

/** Without a target named it is a sandbox of our own. */
function isHere({ broker, instance }: Pick<Settings, "broker" | "instance">): boolean {
  const url = broker ?? instance;
  if (url === undefined || !URL.canParse(url)) return true;
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost" || host.startsWith("127.") || host === "::1") return true;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.some(({ address }) => address === host);
}
