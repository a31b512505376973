import type { Report } from "#grader/contracts/report.ts";
import { evenSpaces, harmless, paintOf, wrap } from "./paint.ts";
import { deliveryLines } from "./terminal/delivery.ts";
import { gradeLines } from "./terminal/grade.ts";
import { generatorLines, targetLines } from "./terminal/machines.ts";
import { objectiveLines } from "./terminal/objectives.ts";
import { inner, section, type Sheet } from "./terminal/section.ts";
import { verdictLines } from "./terminal/verdict.ts";
import { waveLines } from "./terminal/waves.ts";

export interface TerminalOptions {
  readonly color: boolean;
  readonly width: number;
  /** Files the run wrote, named at the end. */
  readonly files?: readonly string[];
}

/** No layout holds together below this; such a terminal wraps lines itself. */
const MIN_WIDTH = 40;

/** The end of a run as text: the same blocks in the same order, ready to paste. */
export function renderTerminal(report: Report, options: TerminalOptions): string {
  const paint = paintOf(options.color);
  const sheet: Sheet = { report, paint, width: Math.max(MIN_WIDTH, options.width) };
  const lines = [
    ...verdictLines(sheet),
    ...section("GRADE", gradeLines(sheet), paint),
    ...section("OBJECTIVES", objectiveLines(sheet), paint),
    ...section("WAVES", waveLines(sheet), paint),
    ...section("DELIVERY", deliveryLines(sheet), paint),
    ...section("GENERATOR", generatorLines(sheet), paint),
    ...section("SYSTEM UNDER TEST", targetLines(sheet), paint),
    ...section("WHAT TO DO NEXT", adviceLines(sheet), paint),
    ...section("FILES", (options.files ?? []).map(harmless), paint),
  ];
  return `${evenSpaces(lines.join("\n"))}\n`;
}

function adviceLines(sheet: Sheet): string[] {
  return sheet.report.advice.flatMap((line, number) =>
    wrap(harmless(line), inner(sheet) - 3).map(
      (part, i) => `${i === 0 ? `${number + 1}.` : "  "} ${part}`,
    ),
  );
}
