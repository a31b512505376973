import { z } from "zod";
import type { Job } from "./job.ts";
import { runToEnd } from "./programs.ts";
import { Facts } from "./schema.ts";
import { PAYLOAD_BYTES } from "./works.ts";

const TIMEOUT_MS = 180_000;

/** Runs a generator of ours, which takes its settings as `key=value` and prints its facts. */
export async function printedFacts(
  command: readonly string[],
  { work, target, pinning }: Job,
): Promise<Facts> {
  const settings = Object.entries({ ...work.settings, payload: PAYLOAD_BYTES, port: target.port });
  const args = [`kind=${work.kind}`, ...settings.map(([key, value]) => `${key}=${value}`)];
  const ended = await runToEnd(pinning.generator([...command, ...args]), TIMEOUT_MS);
  if (ended.code !== 0) throw new Error(complaint(ended.stderr));
  const facts = Facts.safeParse(JSON.parse(lastLine(ended.stdout) ?? "null"));
  if (!facts.success) throw new Error(z.prettifyError(facts.error));
  return facts.data;
}

/** The line that says what was wrong, of a stack that Node or Python printed or of a word of ours. */
const complaint = (stderr: string): string =>
  stderr.split("\n").find((line) => /\w*Error\b.*:/.test(line)) ??
  lastLine(stderr) ??
  "killed: it took too long";

const lastLine = (text: string): string | undefined =>
  text
    .trim()
    .split("\n")
    .findLast((line) => line !== "");
