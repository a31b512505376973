import type { Estimate, EstimatedRepo } from "#grader/contracts/estimate.ts";
import { count, figure, timestamp } from "./format.ts";
import { harmless, type Paint, wrap } from "./paint.ts";
import { wrapFacts } from "./terminal/verdict.ts";

/** With more Repos than this, sources and assumptions are counted instead of told. */
const TOLD_REPOS = 2;

/** What an estimate rests on: the grading, and for each Repo who says so and how well. */
export function basisLines(made: Estimate, paint: Paint, width: number): string[] {
  const { repos } = made;
  const marked = (mark: string, text: string) =>
    wrap(harmless(text), width - 2).map((line, i) => `${i === 0 ? mark : " "} ${line}`);
  const told = repos.length <= TOLD_REPOS;
  return [
    ...wrapFacts(targetFacts(made.target), width),
    ...made.warnings.flatMap((text) => marked(paint.warn("!"), text)),
    ...repos.flatMap((repo) => [
      ...wrapFacts(repoFacts(repo, told), width),
      ...repo.warnings.flatMap((text) => marked(paint.warn("!"), text)),
      ...(told ? toldLines(repo, paint, width) : []),
    ]),
    ...(told
      ? []
      : [paint.dim("`loadstone profile show NAME` says from where, and what is assumed")]),
  ];
}

function toldLines({ from, assumed }: EstimatedRepo, paint: Paint, width: number): string[] {
  const indented = (text: string, first: string) =>
    wrap(harmless(text), width - 4).map((line, i) =>
      paint.dim(`  ${i === 0 ? first : " "} ${line}`),
    );
  return [...indented(from, "←"), ...assumed.flatMap((text) => indented(`assumed: ${text}`, "·"))];
}

function targetFacts(target: Estimate["target"]): string[] {
  if (target === null) return ["no target: name one with --instance, --broker or --grade"];
  const { letter, runId, depth, measuredAtMs } = target;
  return [
    letter === null ? "no letter" : `graded ${letter}`,
    `run ${harmless(runId)}`,
    depth,
    timestamp(measuredAtMs),
  ];
}

function repoFacts(
  { repo, basis, unitsSeen, hoursSeen, errorFactor, assumed }: EstimatedRepo,
  told: boolean,
): string[] {
  const units = `${count(unitsSeen)} ${unitsSeen === 1 ? "Unit" : "Units"}`;
  return [
    `${harmless(repo)}: ${basis}`,
    ...(unitsSeen === 0 ? [] : [`${units} over ${count(hoursSeen)} h`]),
    `mean within a factor of ${figure(errorFactor)}`,
    ...(told || assumed.length === 0 ? [] : [`${assumed.length} assumed`]),
  ];
}
