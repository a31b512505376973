import type { FaultResult } from "#grader/contracts/fixed-run.ts";
import { count, duration } from "../format.ts";
import { wrapFacts } from "../terminal/verdict.ts";
import { classLines, type FixedSheet } from "./sheet.ts";

/** Each planned fault: what was meant, what was seen, and how soon all was well again. */
export function faultLines(sheet: FixedSheet): string[] {
  return sheet.report.faults.flatMap((fault) => linesOf(fault, sheet));
}

function linesOf(fault: FaultResult, { paint, columns }: FixedSheet): string[] {
  const { verdict } = fault;
  const mark =
    verdict === "recovered"
      ? paint.good("✓")
      : verdict === "not-seen"
        ? paint.warn("!")
        : paint.bad("✗");
  const inner = columns - 2;
  const body = [
    ...wrapFacts([...outcome(fault), `allowed ${seconds(fault.withinMs)}`], inner),
    ...wrapFacts(countsOf(fault), inner),
    ...classLines("closed", fault.closes, inner),
    ...classLines("connects that failed", fault.connectErrors, inner),
  ];
  return [
    `${mark} ${paint.bold(fault.kind)} at ${duration(fault.plannedAtMs)}`,
    ...body.map((line) => `  ${line}`),
  ];
}

function outcome({ verdict, recoveredMs, reconnectedMs, beganAtMs }: FaultResult): string[] {
  if (beganAtMs === null || verdict === "not-seen") return ["never seen"];
  const reconnected =
    reconnectedMs === null
      ? "not every Unit came back"
      : `every Unit back after ${seconds(reconnectedMs)}`;
  if (recoveredMs === null) return ["messages still failed at the end", reconnected];
  const word = verdict === "too-slow" ? "recovered too late, after" : "recovered after";
  return [`${word} ${seconds(Math.max(recoveredMs, reconnectedMs ?? 0))}`, reconnected];
}

const countsOf = ({ planned, observed, disturbed }: FaultResult): string[] => [
  `seen in ${count(observed)} of ${count(planned)} Units`,
  `${count(disturbed)} messages late, lost, failed or unsent`,
];

/** Tenths, so that a quick recovery does not read as none. */
const seconds = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms);
