import { z } from "zod";
import { compareProfiles, type TopicDifference } from "#grader/profile/compare.ts";
import { EXIT } from "../errors.ts";
import { seededRandom } from "../load/random.ts";
import { loadProfile } from "../scenario/profile-load.ts";
import type { World } from "../world.ts";
import { columns, figure } from "./profile-words.ts";
import { parseFlags } from "./record.ts";

const DiffFlags = z.object({ json: z.boolean().default(false) });

/** `loadstone profile diff`: in what two profiles differ, by what their Units would send. */
export async function profileDiff(
  world: World,
  a: string,
  b: string,
  given: unknown,
): Promise<number> {
  const flags = parseFlags(DiffFlags, given);
  const [left, right] = await Promise.all([loadProfile(a), loadProfile(b)]);
  const found = compareProfiles(left.topics, right.topics, randomOf);
  if (flags.json) world.out(`${JSON.stringify(found, null, 2)}\n`);
  else world.out(`${diffLines(found).join("\n")}\n`);
  return found.every(({ same }) => same) ? EXIT.ok : EXIT.regression;
}

/** Both are drawn from alike; names count from -2. */
const randomOf = (...names: readonly number[]) => seededRandom(1, ...names.map((name) => name + 2));

const pair = ([a, b]: readonly [number | undefined, number | undefined]): string =>
  `${rate(a)} → ${rate(b)}`;

function diffLines(found: readonly TopicDifference[]): string[] {
  const rows = found.map((one) => [
    one.name,
    pair(one.ratePerSec),
    pair(one.meanBytes),
    figure(one.gapDistance),
    figure(one.sizeDistance),
    one.same ? "alike" : "differs",
  ]);
  return columns([["topic", "messages a second", "mean bytes", "gaps", "sizes", ""], ...rows]);
}

const rate = (value: number | undefined): string =>
  value === undefined ? "—" : String(Number(value.toPrecision(3)));
