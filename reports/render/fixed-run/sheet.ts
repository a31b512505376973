import type { FixedRunReport } from "#grader/contracts/fixed-run.ts";
import { count } from "../format.ts";
import { harmless, type Paint, wrap } from "../paint.ts";

/** What the parts of the text are given; `columns` is what a line may take inside a section. */
export interface FixedSheet {
  readonly report: FixedRunReport;
  readonly paint: Paint;
  readonly columns: number;
}

/** Counts by class, the most frequent first; nothing without any. */
export function classLines(
  title: string,
  classes: Readonly<Record<string, number>>,
  columns: number,
): string[] {
  const entries = Object.entries(classes).toSorted(([, a], [, b]) => b - a);
  if (entries.length === 0) return [];
  const facts = entries.map(([name, times]) => `${harmless(name)} ${count(times)}`);
  return wrap(`${title}: ${facts.join(", ")}`, columns);
}
