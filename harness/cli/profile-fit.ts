import { writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { fitKind, type TopicFit } from "#grader/profile/fit.ts";
import { EXIT, LoadstoneError } from "../errors.ts";
import { seededRandom } from "../load/random.ts";
import { kindsOf, type RecordedKind } from "../observe/kinds-of.ts";
import { profileOf } from "../observe/profile-of.ts";
import { readRecording } from "../observe/read-recording.ts";
import { parseProfile } from "../scenario/profile-load.ts";
import type { World } from "../world.ts";
import { columns, count, figure, spanText, whenText } from "./profile-words.ts";
import { parseFlags } from "./record.ts";

const FitFlags = z.object({
  out: z.string().min(1).optional(),
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, { error: "small letters, digits and -" })
    .optional(),
  about: z.string().min(1).default("Units as they were recorded."),
  kind: z.coerce.number().int().min(1).default(1),
  json: z.boolean().default(false),
});

/** `loadstone profile fit`: a profile of what was recorded, and how well it says it. */
export async function profileFit(world: World, recording: string, given: unknown): Promise<number> {
  const flags = parseFlags(FitFlags, given);
  const path = resolve(world.cwd, recording);
  const counts = { parts: 0, lines: 0, torn: 0 };
  const kinds = await kindsOf(readRecording(path, counts));
  const kind = kinds[flags.kind - 1];
  if (kind === undefined || kind.messages === 0) throw noKind(path, kinds.length);
  const fits = fitKind(kind.record, seededRandom(1));
  const out = flags.out === undefined ? undefined : resolve(world.cwd, flags.out);
  const id = flags.id ?? idFrom(out ?? path);
  const profile = profileOf({ id, about: flags.about }, kind, fits);
  const text = stringify(profile, { lineWidth: 100, aliasDuplicateObjects: false });
  // What is written must be readable by everybody else, of every version of this schema.
  parseProfile(text, "the fitted profile", out === undefined ? undefined : idFrom(out));
  if (out !== undefined) await writeFile(out, text);
  if (flags.json) world.out(`${JSON.stringify({ profile, fits }, null, 2)}\n`);
  else if (out === undefined) world.out(text);
  for (const line of fitLines(kinds, flags.kind, fits)) world.warn(line);
  if (counts.torn > 0) world.warn(`${counts.torn} torn lines were passed over`);
  if (out !== undefined) world.warn(`profile ${id} is in ${out}`);
  return EXIT.ok;
}

const noKind = (path: string, kinds: number) =>
  new LoadstoneError("CONFIG_INVALID", `${path} holds ${kinds} kind(s) of Units that sent`, {
    hint: kinds === 0 ? "record for longer" : `give --kind 1 to ${kinds}`,
  });

const idFrom = (path: string): string => {
  const name = basename(path)
    .replace(/\.[a-z]+$/, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-");
  return /^[a-z]/.test(name) ? name : `recorded-${name}`;
};

const VERDICTS = {
  fits: "fits",
  replayed: "no model fits: replayed as recorded",
  "too-few": "too few messages to tell: replayed as recorded",
} as const;

/** What a person reads about a fit. */
export function fitLines(
  kinds: readonly RecordedKind[],
  chosen: number,
  fits: readonly TopicFit[],
): string[] {
  const kind = kinds[chosen - 1];
  const about = `${count(kind?.messages ?? 0, "message")} of ${count(kind?.units ?? 0, "Unit")} in ${spanText((kind?.hours ?? 0) * 3_600_000)}`;
  const rows = fits.map((fit) => [
    fit.name,
    String(fit.messages),
    fit.when === undefined ? "—" : whenText(fit.when),
    figure(fit.rateRatio),
    figure(fit.gapDistance),
    figure(fit.sizes.distance),
    figure(fit.burstiness),
    VERDICTS[fit.verdict],
  ]);
  const head = ["topic", "messages", "model", "rate ×", "gaps", "sizes", "bursty", "fit"];
  const others = kinds.length > 1 ? [`kind ${chosen} of ${kinds.length}; others with --kind`] : [];
  return [about, ...columns([head, ...rows]), DISTANCES, ...others];
}

const DISTANCES =
  "rate ×: model ÷ recording · gaps, sizes: largest difference of the distributions, 0 to 1 · bursty: −1 clock, 0 memoryless, 1 bursts";
