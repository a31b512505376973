import { z } from "zod";
import { LoadstoneError } from "../errors.ts";
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

/** The sandbox in a process of its own, so that it never shares a thread with what measures it. */
export async function startSandboxService(
  args: readonly string[],
  log: (line: string) => void,
): Promise<SandboxService> {
  const entry = new URL("../../compose/embedded/sandbox/main.ts", import.meta.url);
  const service = startService(entry, args, log);
  try {
    const ready = Ready.parse(JSON.parse(await service.firstLine));
    return { ready, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
  } catch (cause) {
    await service[Symbol.asyncDispose]();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LoadstoneError("TARGET_UNREACHABLE", `the sandbox did not start: ${reason}`, {
      cause,
    });
  }
}
