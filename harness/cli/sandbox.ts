import { parseFlags } from "#compose/embedded/sandbox/options.ts";
import { startSandbox } from "#compose/embedded/sandbox/start.ts";
import { EXIT } from "../errors.ts";
import type { World } from "../world.ts";
import { sandboxArgs } from "./sandbox-service.ts";

export interface SandboxFlags {
  readonly port?: string;
  readonly mqttPort?: string;
  readonly capacity?: string;
  readonly limits?: string;
  readonly noise?: string;
  readonly seed?: string;
  readonly state?: string;
}

/** `loadstone sandbox`: serves an instance of known capacity until Ctrl-C. */
export async function sandbox(world: World, flags: SandboxFlags): Promise<number> {
  const { mqttPort, state, port, capacity, limits, noise, seed } = flags;
  const given = { port, "mqtt-port": mqttPort, capacity, limits, noise, seed, data: state };
  const running = await startSandbox({ ...parseFlags(sandboxArgs(given)), log: world.warn });
  world.out(`${JSON.stringify(running.ready)}\n`);
  if (!world.signal.aborted) {
    await new Promise<void>((resolve) => {
      world.signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
  await running.close();
  return EXIT.ok;
}
