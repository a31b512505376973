import { parseArgs } from "node:util";
import { z } from "zod";
import { LoadstoneError } from "../../errors.ts";
import {
  CLIENT_NAMES,
  ClientName,
  TARGET_NAMES,
  TargetName,
  WORK_NAMES,
  WorkName,
} from "./schema.ts";

const list = <T extends string>(item: z.ZodType<T, string>, all: readonly T[]) =>
  z
    .string()
    .transform((text) => text.split(",").filter((name) => name !== ""))
    .pipe(z.array(item).min(1))
    .default([...all]);
const count = z.coerce.number().int().positive();

const Flags = z.strictObject({
  only: list(WorkName, WORK_NAMES),
  clients: list(ClientName, CLIENT_NAMES),
  targets: list(TargetName, TARGET_NAMES),
  rounds: count.max(99).optional(),
  messages: count.max(100_000_000).optional(),
  json: z.boolean().default(false),
  quick: z.boolean().default(false),
  help: z.boolean().default(false),
});
export type Flags = Omit<z.infer<typeof Flags>, "rounds"> & { readonly rounds: number };

const ROUNDS = 3;

export const HELP = `npm run bench -- [flags]

What a message costs, beside other generators doing the same work in the same run.
Absolute figures drift with the machine; ratios within a row are the finding.

  --only a,b       works: ${WORK_NAMES.join(", ")}
  --clients a,b    clients: ${CLIENT_NAMES.join(", ")}
  --targets a,b    targets: ${TARGET_NAMES.join(", ")}
  --rounds N       rounds a figure is the median of (${ROUNDS})
  --messages N     messages a round, where a work has no rate
  --quick          small counts, one round: shows that everything runs, judges nothing
  --json           the result as JSON on stdout, and nothing else there
  --help           this text

docs/benchmarks.md says how to read it.`;

export function readFlags(argv: readonly string[]): Flags {
  const flags = Flags.safeParse(rawFlags(argv));
  if (!flags.success) throw invalid(z.prettifyError(flags.error));
  const { rounds, quick } = flags.data;
  return { ...flags.data, rounds: rounds ?? (quick ? 1 : ROUNDS) };
}

function rawFlags(argv: readonly string[]): unknown {
  const word = { type: "string" } as const;
  const yes = { type: "boolean" } as const;
  const options = {
    only: word,
    clients: word,
    targets: word,
    rounds: word,
    messages: word,
    json: yes,
    quick: yes,
    help: yes,
  };
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

const invalid = (message: string): LoadstoneError =>
  new LoadstoneError("CONFIG_INVALID", message, {
    hint: "npm run bench -- --help lists the flags",
  });
