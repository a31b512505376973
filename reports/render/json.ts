import { Report } from "#grader/contracts/report.ts";

/** The report as JSON with keys in the contract's order, whatever order they came in. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(Report.parse(report), null, 2)}\n`;
}
