import { z } from "zod";
import {
  EMBEDDED_ERROR_CODES,
  EmbeddedError,
  type EmbeddedErrorCode,
} from "#compose/embedded/error.ts";
import { LoadstoneError } from "../errors.ts";
import type { World } from "../world.ts";
import { startService } from "./processes.ts";

const Ready = z.object({
  url: z.string(),
  mqtt: z.string(),
  domain: z.string(),
  admin: z.object({ login: z.string(), password: z.string() }),
  capacity: z.record(z.string(), z.number()),
});

export interface SandboxService extends AsyncDisposable {
  readonly ready: z.infer<typeof Ready>;
}

/** Flags of the sandbox process by name, without the dashes; those not given are left out. */
export const sandboxArgs = (
  flags: Readonly<Record<string, string | boolean | undefined>>,
): string[] =>
  Object.entries(flags).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return [value === true ? `--${name}` : `--${name}=${value}`];
  });

/** The sandbox in a process of its own, so that it never shares a thread with what measures it. */
export async function startSandboxService(
  world: World,
  args: readonly string[],
): Promise<SandboxService> {
  const entry = new URL("../../compose/embedded/sandbox/main.ts", import.meta.url);
  const service = startService(entry, args, world.env, (line) => {
    if (world.env["LOADSTONE_DEBUG"] !== undefined) world.warn(line);
  });
  try {
    const ready = Ready.parse(JSON.parse(await service.firstLine));
    return { ready, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
  } catch (cause) {
    await service[Symbol.asyncDispose]();
    throw startFailure((await service.ended).errors, cause);
  }
}

/** What the last words of a sandbox that did not start mean; its own code, where it gives one. */
export function startFailure(lines: readonly string[], cause: unknown): LoadstoneError {
  for (const line of lines) {
    const [, given, message = ""] = /^([A-Z_]+): (.+)$/.exec(line) ?? [];
    const code = EMBEDDED_ERROR_CODES.find((each) => each === given);
    if (code !== undefined) return coded(code, message, cause);
  }
  if (lines.some((line) => line.includes("ENOSPC"))) {
    return coded("DISK_FULL", "the sandbox cannot write its state", cause);
  }
  const why = lines.length > 0 ? lines.join("\n") : String(cause);
  return coded("SANDBOX_START_FAILED", `the sandbox did not start: ${why}`, cause);
}

function coded(code: EmbeddedErrorCode, message: string, cause: unknown): LoadstoneError {
  const { hint } = new EmbeddedError(code, message);
  return new LoadstoneError(code, message, { hint, cause });
}
