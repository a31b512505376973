import { RAYS } from "#grader/contracts/axis.ts";
import type { AxisResult, JointResult } from "#grader/contracts/capacity.ts";
import type { Report, RunVerdict } from "#grader/contracts/report.ts";
import { ABSENT, capacityText, count, duration, figure, interval, timestamp } from "./format.ts";
import { harmless } from "./paint.ts";
import { axesInPlay, basisFacts, gradeFacts, limitText } from "./words.ts";

const VERDICTS: Readonly<Record<RunVerdict, string>> = {
  passed: "✅ passed",
  failed: "❌ failed",
  invalid: "⚠️ invalid",
  interrupted: "⏹️ interrupted",
  "cut-off": "⏹️ cut off",
};

/** A short report for a pull request: grade, axes, what to do; the rest is in the JSON. */
export function renderMarkdown(report: Report): string {
  const { run, grade, advice } = report;
  const lines = [
    `### Loadstone: ${gradeFacts(report).join(" · ")}`,
    "",
    `${VERDICTS[run.verdict]}: ${escape(run.reason)}`,
    "",
    ...axisTable(report),
    "",
    ...grade.caps.map((cap) => `- ⚠️ ${escape(cap)}`),
    ...(grade.caps.length > 0 ? [""] : []),
    ...(advice.length > 0 ? ["**What to do next**", ""] : []),
    ...advice.map((line, i) => `${i + 1}. ${escape(line)}`),
    ...(advice.length > 0 ? [""] : []),
    `<sub>${factsOf(report).map(escape).join(" · ")}</sub>`,
  ];
  return `${lines.join("\n")}\n`;
}

function axisTable(report: Report): string[] {
  const { joint } = report;
  const rows = [
    ...axesInPlay(report).map(({ axis, corner }) => axisRow(axis, corner?.units ?? null)),
    ...(joint === undefined
      ? []
      : [axisRow(joint, joint.capacity?.rated ?? joint.capacity?.low ?? null)]),
  ];
  return [
    "| axis | capacity | 95 % interval | in Units | limit |",
    "|:--|--:|--:|--:|:--|",
    ...rows.map((row) => `| ${row.map(escape).join(" | ")} |`),
  ];
}

function axisRow(axis: AxisResult | JointResult, units: number | null): string[] {
  const { capacity } = axis;
  return [
    RAYS[axis.id].title,
    capacityText(capacity, axis.id),
    interval(capacity?.low ?? null, capacity?.high ?? null),
    units === null ? ABSENT : figure(units),
    limitText(axis),
  ];
}

function factsOf(report: Report): string[] {
  const { run, generator } = report;
  const { name, url, version } = run.target;
  return [
    version === null ? (name ?? url) : `${name ?? url} ${version}`,
    run.depth,
    duration(run.endedAtMs - run.startedAtMs),
    timestamp(run.startedAtMs),
    generator.limited
      ? "the generator was the limit"
      : `generator healthy, ${count(generator.windows)} windows`,
    ...basisFacts(report),
    `run ${run.id}`,
  ];
}

/** Text from outside may hold Markdown or HTML; backticks stay, advice quotes commands. */
function escape(text: string): string {
  return harmless(text).replace(/[\\|*_[\]<>#~]/g, (mark) =>
    mark === "<" ? "&lt;" : mark === ">" ? "&gt;" : `\\${mark}`,
  );
}
