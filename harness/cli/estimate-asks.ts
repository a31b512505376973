import { declaredCost } from "#grader/cost/declared.ts";
import type { RepoAsk } from "#grader/cost/estimate.ts";
import {
  declaredEvidence,
  meteredEvidence,
  platformMeanOf,
  type RepoEvidence,
} from "#grader/cost/evidence.ts";
import { isEnough } from "#grader/cost/spread.ts";
import { LoadstoneError } from "../errors.ts";
import { listProfileIds, loadProfile } from "../scenario/profile-load.ts";
import { listMixIds, loadMix } from "../scenario/profile-mix.ts";
import type { Profile } from "../scenario/profile-schema.ts";
import type { Metered } from "./metered-units.ts";

export interface RepoCount {
  readonly repo: string;
  readonly units: number;
}

const MOST_UNITS = 10_000_000;
const MOST_REPOS = 64;

/** `--repo NAME=N`, every problem at once; a profile that no Repo names is asked for once. */
export function parseRepos(given: readonly string[], profiles: readonly Profile[]): RepoCount[] {
  const counts = given.map(parseRepo);
  const wrong = counts.flatMap((count) => (typeof count === "string" ? [count] : []));
  const named = counts.flatMap((count) => (typeof count === "string" ? [] : [count]));
  const twice = named.filter(({ repo }, i) => named.findIndex((one) => one.repo === repo) < i);
  const problems = [
    ...wrong,
    ...twice.map(({ repo }) => `--repo: ${repo} is there twice`),
    ...(given.length > MOST_REPOS ? [`--repo: at most ${MOST_REPOS}`] : []),
  ];
  if (problems.length > 0) {
    throw new LoadstoneError("CONFIG_INVALID", problems.join("\n"), {
      hint: "write --repo NAME=UNITS, as in --repo temp-sensor=1000",
    });
  }
  const alone = profiles.filter((profile) => !named.some(({ repo }) => isOf(profile, repo)));
  const all = [...named, ...alone.map(({ id }) => ({ repo: id, units: 1 }))];
  if (all.length > 0) return all;
  throw new LoadstoneError("CONFIG_INVALID", "say of which Repo, and how many Units", {
    hint: "as in --repo temp-sensor=1000, or --profile FILE",
  });
}

function parseRepo(text: string): RepoCount | string {
  const at = text.lastIndexOf("=");
  const [repo, figure] = at < 0 ? [text, "1"] : [text.slice(0, at), text.slice(at + 1)];
  const units = /^\d+$/.test(figure) ? Number(figure) : NaN;
  if (repo !== "" && units >= 1 && units <= MOST_UNITS) return { repo, units };
  return `--repo: ${text}: a name and 1 to ${MOST_UNITS} Units`;
}

const isOf = ({ id, repo }: Profile, name: string): boolean => id === name || repo === name;

/** What is known of each Repo asked for; a mix is taken apart into its profiles. */
export async function asksOf(
  counts: readonly RepoCount[],
  given: readonly Profile[],
  metered: Metered,
): Promise<RepoAsk[]> {
  const library = await shippedProfiles();
  const asks = counts.map(async (count): Promise<readonly RepoAsk[]> => {
    const evidence = evidenceOf(count.repo, { given, library, metered });
    return evidence === undefined ? mixAsks(count, library, metered) : [{ ...count, evidence }];
  });
  return (await Promise.all(asks)).flat();
}

export const shippedProfiles = async (): Promise<readonly Profile[]> =>
  Promise.all((await listProfileIds()).map(loadProfile));

export interface Known {
  /** Profiles named on the command line: the word of whoever asks. */
  readonly given: readonly Profile[];
  readonly library: readonly Profile[];
  readonly metered: Metered;
}

/** The best there is of a Repo: a profile that was given, what was counted, a shipped profile. */
export function evidenceOf(
  repo: string,
  { given, library, metered }: Known,
): RepoEvidence | undefined {
  const mine = given.find((profile) => isOf(profile, repo));
  if (mine !== undefined) return profileEvidence(mine);
  const shipped = library.find((profile) => isOf(profile, repo));
  const names = [repo, ...(shipped?.repo === undefined ? [] : [shipped.repo])];
  const counted = metered.units.filter((unit) => names.includes(unit.repo));
  if (counted.length === 0) return shipped === undefined ? undefined : profileEvidence(shipped);
  const evidence = meteredEvidence(
    counted.map(({ cost }) => cost),
    metered.hours,
    platformMeanOf(metered.units.map(({ cost }) => cost)),
    metered.assumed(shipped),
  );
  if (shipped === undefined || isEnough(counted.length, metered.hours)) return evidence;
  const declared = profileEvidence(shipped);
  return {
    ...declared,
    warnings: evidence.warnings.map((warning) => `${warning}; shown as declared`),
  };
}

function profileEvidence(profile: Profile): RepoEvidence {
  const { kind, from, assumed = [] } = profile.source;
  const basis = kind === "recorded" ? "fitted" : "declared";
  return declaredEvidence(declaredCost(profile), basis, from, assumed);
}

async function mixAsks(
  { repo, units }: RepoCount,
  library: readonly Profile[],
  metered: Metered,
): Promise<readonly RepoAsk[]> {
  if (!(await listMixIds()).includes(repo)) throw await unknownRepo(repo, library, metered);
  const mix = await loadMix(repo);
  const parts = shareOut(
    units,
    mix.units.map(({ share }) => share),
  );
  return mix.units.flatMap(({ profile }, i) => {
    const evidence = evidenceOf(profile, { given: [], library, metered });
    const count = parts[i] ?? 0;
    return evidence === undefined || count === 0 ? [] : [{ repo: profile, units: count, evidence }];
  });
}

/** Whole Units by their shares; what is left over goes to the largest remainders. */
export function shareOut(units: number, shares: readonly number[]): number[] {
  const exact = shares.map((share) => share * units);
  const whole = exact.map((part) => Math.floor(part + 1e-9));
  const left = units - whole.reduce((sum, part) => sum + part, 0);
  const order = [...exact.keys()].sort(
    (a, b) => (exact[b] ?? 0) - (whole[b] ?? 0) - ((exact[a] ?? 0) - (whole[a] ?? 0)) || a - b,
  );
  for (const i of order.slice(0, left)) whole[i] = (whole[i] ?? 0) + 1;
  return whole;
}

async function unknownRepo(
  repo: string,
  library: readonly Profile[],
  { units }: Metered,
): Promise<LoadstoneError> {
  const names = [
    ...new Set(units.map((unit) => unit.repo)),
    ...library.map(({ id }) => id),
    ...(await listMixIds()),
  ];
  return new LoadstoneError("CONFIG_INVALID", `nothing is known of ${repo}`, {
    hint:
      `known are ${names.join(", ")}; of your own Repo ` +
      "`loadstone profile draft --repo DIR --out FILE` makes a profile, given with --profile FILE",
  });
}
