import { readEmqxAccess } from "../platform/emqx.ts";
import { type OperatorReading, readOperatorMetrics } from "../platform/operator-metrics.ts";
import type { Target } from "../scenario/target-gate.ts";
import type { World } from "../world.ts";

/** A run does not wait for numbers that only explain it. */
const WITHIN_MS = 5000;

/**
 * The counters of an instance's backend, and of the EMQX and the logporter that LOADSTONE_EMQX_URL
 * and LOADSTONE_LOGPORTER_URL name.
 */
export function readInstanceResources(
  target: Target,
  env: World["env"],
  signal: AbortSignal,
): Promise<OperatorReading> {
  const logporter = env["LOADSTONE_LOGPORTER_URL"];
  return readOperatorMetrics({
    backend: target.url,
    emqx: readEmqxAccess(env),
    logporter: logporter === "" ? undefined : logporter,
    address: target,
    signal: AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]),
  });
}
