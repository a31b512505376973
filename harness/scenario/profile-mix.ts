import { z } from "zod";
import { wordsFor } from "../setting-problems.ts";
import { SCENARIO_DIRECTORY } from "./load.ts";
import { accepted, idOf, idsIn, nameProblems, placeIn } from "./profile-load.ts";
import { Source } from "./profile-schema.ts";
import { nameOf, parseSmallYaml, readSmallFile } from "./profile-text.ts";
import { identity } from "./schema.ts";

/** Several profiles in fixed shares, as `scenarios/mixes/*.yaml` say them; the file name is the id. */
export const Mix = z
  .strictObject({
    id: identity.id.max(64),
    about: identity.about.max(500),
    source: Source,
    units: z
      .array(
        z.strictObject({
          profile: identity.id.max(64).meta({ description: "Id of a shipped profile." }),
          share: z.number().gt(0).max(1),
        }),
      )
      .min(1)
      .max(64)
      .refine((all) => Math.abs(all.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-6, {
        error: "shares must add up to 1",
      })
      .refine((all) => new Set(all.map(({ profile }) => profile)).size === all.length, {
        error: "a profile is there twice",
      }),
  })
  .readonly()
  .meta({ title: "Loadstone mix" });
export type Mix = z.infer<typeof Mix>;

export const MIX_DIRECTORY = new URL("mixes/", SCENARIO_DIRECTORY);

export const listMixIds = (): Promise<readonly string[]> => idsIn(MIX_DIRECTORY);

/** Reads a mix by the id of a shipped one or from a file. */
export async function loadMix(idOrFile: string | URL): Promise<Mix> {
  const file = placeIn(MIX_DIRECTORY, idOrFile);
  const text = await readSmallFile(
    file,
    async () => `give one of ${(await listMixIds()).join(", ")}`,
  );
  const raw = parseSmallYaml(text, nameOf(file));
  const parsed = Mix.safeParse(raw, { error: wordsFor });
  return accepted(parsed, nameOf(file), nameProblems(raw, idOf(file)), "mix");
}
