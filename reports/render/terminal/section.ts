import type { Report } from "#grader/contracts/report.ts";
import type { Paint } from "../paint.ts";

/** What every part of the end-of-run text is given. */
export interface Sheet {
  readonly report: Report;
  readonly paint: Paint;
  /** Columns a line may take, the indent included. */
  readonly width: number;
}

const INDENT = "  ";

/** Columns left beside the indent. */
export function inner(sheet: Sheet): number {
  return sheet.width - INDENT.length;
}

/** A titled block; nothing at all when it has nothing to say. */
export function section(title: string, lines: readonly string[], paint: Paint): string[] {
  if (lines.length === 0) return [];
  return ["", paint.bold(`█ ${title}`), ...lines.map((line) => `${INDENT}${line}`.trimEnd())];
}
