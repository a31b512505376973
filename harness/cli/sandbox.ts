import { parseFlags } from "#compose/embedded/sandbox/options.ts";
import { startSandbox } from "#compose/embedded/sandbox/start.ts";
import { EXIT } from "../errors.ts";
import type { World } from "../world.ts";

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
  const given: readonly (readonly [string, string | undefined])[] = [
    ["--port", flags.port],
    ["--mqtt-port", flags.mqttPort],
    ["--capacity", flags.capacity],
    ["--limits", flags.limits],
    ["--noise", flags.noise],
    ["--seed", flags.seed],
    ["--data", flags.state],
  ];
  const args = given.flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
  const running = await startSandbox({ ...parseFlags(args), log: world.warn });
  world.out(`${JSON.stringify(running.ready)}\n`);
  if (!world.signal.aborted) {
    await new Promise<void>((resolve) => {
      world.signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
  await running.close();
  return EXIT.ok;
}
