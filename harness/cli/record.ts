import { resolve } from "node:path";
import { z } from "zod";
import type { Settings } from "../config.ts";
import { EXIT, LoadstoneError } from "../errors.ts";
import { seededRandom } from "../load/random.ts";
import { importRecording } from "../observe/import-recording.ts";
import { record as recordTarget } from "../observe/record.ts";
import { Span } from "../scenario/span.ts";
import { flagOf, problemsOf, wordsFor } from "../setting-problems.ts";
import type { World } from "../world.ts";
import { listenFor, openObserved } from "./observed.ts";

const RecordFlags = z.object({
  out: z.string().min(1),
  from: z.string().min(1).optional(),
  unit: z.guid().optional(),
  topic: z.array(z.string().min(1)).default([]),
  qos: z.coerce
    .number()
    .pipe(z.literal([0, 1, 2]))
    .default(1),
  duration: Span.optional(),
  names: z.boolean().default(false),
  payloads: z.boolean().default(false),
  rotateMb: z.coerce.number().min(1).max(4096).default(64),
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
});

/** Flags of one command, every problem told at once. */
export function parseFlags<T>(schema: z.ZodType<T>, flags: unknown): T {
  const parsed = schema.safeParse(flags, { error: wordsFor });
  if (parsed.success) return parsed.data;
  throw new LoadstoneError("CONFIG_INVALID", problemsOf(parsed.error, flagOf), {
    hint: "`loadstone <command> --help` lists the flags",
  });
}

/** `loadstone record`: keeps when and how much Units say. */
export async function record(world: World, settings: Settings, given: unknown): Promise<number> {
  const flags = parseFlags(RecordFlags, given);
  const out = resolve(world.cwd, flags.out);
  const say = flags.quiet ? () => undefined : world.warn;
  const bytes = { rotateBytes: flags.rotateMb * 1024 * 1024, names: flags.names };
  if (flags.from !== undefined) {
    const from = resolve(world.cwd, flags.from);
    const found = await importRecording({ from, out, ...bytes });
    if (found.skipped > 0) say(`${found.skipped} lines could not be read and were passed over`);
    return present(world, flags, { out, ...found });
  }
  await using observed = await openObserved(world, settings, flags);
  const { target } = observed;
  if (flags.payloads && target.ownUnits.size === 0) {
    throw new LoadstoneError("CONFIG_INVALID", "--payloads keeps those of your own Units alone", {
      hint: "it needs --instance and a login that created Units there",
    });
  }
  const options = {
    target,
    out,
    ...bytes,
    qos: flags.qos,
    payloads: flags.payloads,
    clientId: `ls-record-${process.pid}`,
    clock: world.clock,
    random: seededRandom(world.clock.wall()),
    say,
  };
  await using listening = listenFor(flags.duration, world.signal);
  const outcome = await recordTarget(options, listening.signal);
  return present(world, flags, { out, ...outcome });
}

interface Outcome {
  readonly out: string;
  readonly messages: number;
  readonly bytes: number;
  readonly topics: number;
  readonly overflow: number;
  readonly parts: number;
  readonly seconds?: number;
}

function present(world: World, { json }: { json: boolean }, outcome: Outcome): number {
  const { out, messages, bytes, topics, overflow, parts } = outcome;
  if (json) world.out(`${JSON.stringify(outcome, null, 2)}\n`);
  else {
    const files = parts === 1 ? "" : ` in ${parts} files`;
    world.out(`${messages} messages (${bytes} bytes) on ${topics} topics in ${out}${files}\n`);
    if (overflow > 0) world.warn(`${overflow} messages of further topics were not kept`);
    if (messages > 0) world.warn(`next: loadstone profile fit ${out}`);
  }
  return EXIT.ok;
}
