import type { Report } from "#grader/contracts/report.ts";
import { renderJson } from "./json.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderPentagon } from "./pentagon.ts";
import { renderTerminal } from "./terminal.ts";

/** Columns of a text report that is not written to a terminal. */
const TEXT_COLUMNS = 100;

const RENDERERS = {
  json: renderJson,
  markdown: renderMarkdown,
  text: (report: Report) => renderTerminal(report, { color: false, width: TEXT_COLUMNS }),
  svg: (report: Report) => renderPentagon(report),
} as const satisfies Readonly<Record<string, (report: Report) => string>>;

export type Format = keyof typeof RENDERERS;
export const FORMATS: readonly string[] = Object.keys(RENDERERS);

export function isFormat(name: string): name is Format {
  return Object.hasOwn(RENDERERS, name);
}

/** The report in one format. */
export function render(report: Report, format: Format): string {
  return RENDERERS[format](report);
}
