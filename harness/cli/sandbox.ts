import { parseFlags } from "#compose/embedded/sandbox/options.ts";
import { startSandbox } from "#compose/embedded/sandbox/start.ts";
import { EXIT } from "../errors.ts";
import type { World } from "../world.ts";
import { sandboxArgs } from "./sandbox-service.ts";

/** As the command line names them, in camel case; a flag without a value is `true`. */
export type SandboxFlags = Readonly<Record<string, string | boolean | undefined>>;

/** `loadstone sandbox`: serves an instance of known capacity until Ctrl-C. */
export async function sandbox(world: World, flags: SandboxFlags): Promise<number> {
  const options = parseFlags(argsOf(flags), world.env["LOADSTONE_CLICKHOUSE_PASSWORD"]);
  const running = await startSandbox({ ...options, log: world.warn });
  world.out(`${JSON.stringify(running.ready)}\n`);
  if (!world.signal.aborted) {
    await new Promise<void>((resolve) => {
      world.signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
  await running.close();
  return EXIT.ok;
}

/** The flags of the sandbox process; only `--state` has another name there. */
export const argsOf = (flags: SandboxFlags): string[] =>
  sandboxArgs(
    Object.fromEntries(
      Object.entries(flags).map(([name, value]) => [
        name === "state" ? "data" : name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`),
        value,
      ]),
    ),
  );
