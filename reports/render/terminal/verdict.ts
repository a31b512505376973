import type { RunVerdict } from "#grader/contracts/report.ts";
import { duration, timestamp } from "../format.ts";
import { columnsOf, harmless, padEnd, type Paint, wrap } from "../paint.ts";
import { inner, type Sheet } from "./section.ts";

/** The first thing read: passed or not, why, of what and when. */
export function verdictLines(sheet: Sheet): string[] {
  const { run } = sheet.report;
  const { paint } = sheet;
  const facts = [
    harmless(run.target.name ?? run.target.url),
    run.depth,
    `${run.axes.length} ${run.axes.length === 1 ? "axis" : "axes"}`,
    `took ${duration(run.endedAtMs - run.startedAtMs)}`,
    timestamp(run.startedAtMs),
    `run ${harmless(run.id)}`,
    `seed ${run.seed}`,
  ];
  const word = verdictWord(run.verdict, paint);
  const indent = columnsOf(word) + 2;
  const reason = wrap(sentence(harmless(run.reason)), sheet.width - indent);
  return [
    ...reason.map((line, i) => `${padEnd(i === 0 ? word : "", indent)}${paint.bold(line)}`),
    ...wrapFacts(facts, inner(sheet)).map((line) => `  ${paint.dim(line)}`),
  ];
}

/** The verdict with its mark, told apart without colour. */
export function verdictWord(verdict: RunVerdict, paint: Paint): string {
  switch (verdict) {
    case "passed":
      return paint.good(paint.bold("✓ PASSED"));
    case "failed":
      return paint.bad(paint.bold("✗ FAILED"));
    case "invalid":
      return paint.warn(paint.bold("! INVALID"));
    case "interrupted":
      return paint.warn(paint.bold("■ INTERRUPTED"));
    case "cut-off":
      return paint.warn(paint.bold("■ CUT OFF"));
    default:
      return verdict satisfies never;
  }
}

/** Facts joined by middle dots, broken between facts and never inside one. */
export function wrapFacts(facts: readonly string[], columns: number): string[] {
  const glued = facts.map((fact) => fact.replaceAll(" ", "\u00a0"));
  return wrap(glued.join(" · "), columns).map((line) =>
    line.replaceAll("\u00a0", " ").replace(/^· | ·$/g, ""),
  );
}

function sentence(text: string): string {
  const [first = "", ...rest] = text;
  return `${first.toUpperCase()}${rest.join("")}`;
}
