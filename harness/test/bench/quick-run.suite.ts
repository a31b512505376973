import { fileURLToPath } from "node:url";
import { typescript } from "./command.ts";
import { runToEnd } from "./programs.ts";
import { BenchResult } from "./schema.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const TIMEOUT_MS = 280_000;

/** A quick run of the bench as a user would start it, its JSON checked against the schema. */
export async function quickRun(...flags: readonly string[]): Promise<BenchResult> {
  const command = [...typescript(MAIN), "--quick", "--json", ...flags];
  const { code, stdout, stderr } = await runToEnd(command, TIMEOUT_MS);
  if (code !== 0) throw new Error(`the bench ended with ${code}: ${stderr}`);
  return BenchResult.parse(JSON.parse(stdout));
}

/** What was tried and went wrong, as against what is not installed. */
export const failuresOf = ({ rows }: BenchResult): readonly string[] =>
  rows.flatMap((row) =>
    "skipped" in row && row.skipped.startsWith("failed")
      ? [`${row.work} on ${row.target} by ${row.client}: ${row.skipped}`]
      : [],
  );

/** Clients that need nothing but Node. */
export const ALWAYS_HERE = [
  "loadstone",
  "loadstone-collect",
  "loadstone-transport",
  "mqtt.js",
  "autocannon",
];
