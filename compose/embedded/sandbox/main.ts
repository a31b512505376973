import { EmbeddedError } from "../error.ts";
import { parseFlags } from "./options.ts";
import { startSandbox } from "./start.ts";

/** Process entry of the sandbox: one JSON line on stdout when it is ready, then it serves. */
async function main(args: readonly string[]): Promise<void> {
  const options = parseFlags(args, process.env["LOADSTONE_CLICKHOUSE_PASSWORD"]);
  const sandbox = await startSandbox({
    ...options,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  let closing: Promise<void> | undefined;
  const stop = () => {
    closing ??= sandbox.close().then(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  process.once("disconnect", stop); // the parent that spawned us with IPC is gone
  process.stdout.write(`${JSON.stringify(sandbox.ready)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof EmbeddedError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n${error.hint}\n`);
  process.exitCode = 1;
  if (process.connected) process.disconnect();
}
