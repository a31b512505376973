import { writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { z } from "zod";
import { harmless } from "#reports/render/paint.ts";
import { EXIT, LoadstoneError } from "../errors.ts";
import { draftProfile } from "../scenario/profile-draft.ts";
import { readHints } from "../scenario/profile-hints.ts";
import { readRepo } from "../scenario/profile-repo.ts";
import { parseProfile } from "../scenario/profile-load.ts";
import { profileText } from "../scenario/profile-text.ts";
import type { World } from "../world.ts";
import { parseFlags } from "./record.ts";

const list = z.array(z.string()).max(256).default([]);

const Flags = z.object({
  repo: z.string().min(1),
  out: z.string().min(1).optional(),
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, { error: "small letters, digits and -" })
    .max(64)
    .optional(),
  every: list,
  events: list,
  bytes: list,
  fanOut: list,
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
});

/** `loadstone profile draft`: a first profile of a Repo that nobody has run yet. */
export async function profileDraft(world: World, given: unknown): Promise<number> {
  const flags = parseFlags(Flags, given);
  const directory = resolve(world.cwd, flags.repo);
  const repo = await readRepo(directory);
  const hints = readHints(flags, [...repo.outputs, ...repo.inputs]);
  const out = flags.out === undefined ? undefined : resolve(world.cwd, flags.out);
  const id = flags.id ?? idFrom(out ?? directory);
  const drafted = draftProfile(id, repo, hints);
  const text = profileText(drafted);
  parseProfile(text, "the drafted profile", out === undefined ? undefined : idFrom(out));
  if (out !== undefined) await write(out, text);
  if (flags.json) world.out(`${JSON.stringify(drafted, null, 2)}\n`);
  else if (out === undefined) world.out(text);
  if (!flags.quiet)
    for (const line of nextLines(flags.out, id, drafted)) world.warn(harmless(line));
  return EXIT.ok;
}

async function write(file: string, text: string): Promise<void> {
  // Somebody's own numbers may be in it by now.
  await writeFile(file, text, { flag: "wx" }).catch((cause: unknown) => {
    throw new LoadstoneError("CONFIG_INVALID", `${file} cannot be written, or is there already`, {
      cause,
      hint: "give --out another name, or remove it",
    });
  });
}

function nextLines(
  out: string | undefined,
  id: string,
  { source }: ReturnType<typeof draftProfile>,
): string[] {
  const assumed = source.assumed ?? [];
  const file = out ?? `${id}.yaml`;
  return [
    ...assumed.map((text) => `assumed: ${text}`),
    ...(out === undefined ? [] : [`profile ${id} is in ${out}`]),
    `next: loadstone estimate --profile ${file} --repo ${id}=100`,
  ];
}

/** `my_Unit.yaml` and `/repos/my_Unit` are my-unit. */
function idFrom(path: string): string {
  const name = basename(path)
    .replace(/\.(ya?ml|git)$/, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "")
    .slice(0, 64);
  return name === "" ? "unit" : name;
}
