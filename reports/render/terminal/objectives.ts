import { AXES } from "#grader/contracts/axis.ts";
import type { AxisVerdict } from "#grader/contracts/capacity.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { Report, ReportWave } from "#grader/contracts/report.ts";
import { ABSENT, figure, latency, load, percent } from "../format.ts";
import type { Paint } from "../paint.ts";
import { type Column, table } from "../table.ts";
import { inner, type Sheet } from "./section.ts";

/** Each rule with its value at the highest load that held it and at the first wave that broke it. */
export function objectiveLines(sheet: Sheet): string[] {
  const { report, paint } = sheet;
  const measured = report.objectives.filter(({ axis }) =>
    report.waves.some((wave) => wave.axis === axis),
  );
  if (measured.length === 0) return [];
  const rows = measured.flatMap((objective) => objectiveRows(objective, report, paint));
  const columns: Column[] = [
    { title: " " },
    { title: "axis" },
    { title: "rule" },
    { title: "held", align: "right" },
    { title: "at", drop: 1 },
    { title: "broke", align: "right", drop: 2 },
    { title: "at", drop: 3 },
  ];
  return table(columns, rows, paint, inner(sheet));
}

function objectiveRows(objective: Objective, report: Report, paint: Paint): string[][] {
  const { axis, deadlineMs, maxBadRatio, maxLostRatio } = objective;
  const waves = report.waves.filter((wave) => wave.axis === axis);
  const held = waves
    .filter(({ verdict }) => verdict === "good")
    .reduce<ReportWave | undefined>(
      (best, wave) => (best === undefined || wave.load > best.load ? wave : best),
      undefined,
    );
  const broke = waves.find(({ verdict }) => verdict === "bad");
  const verdict = report.axes.find(({ id }) => id === axis)?.verdict ?? "inconclusive";
  return [
    [
      objectiveMark(verdict, paint),
      AXES[axis].title,
      `${quantileName(maxBadRatio)} ≤ ${latency(deadlineMs)}`,
      latency(held?.latencyMs?.p99),
      waveName(held),
      latency(broke?.latencyMs?.p99),
      waveName(broke),
    ],
    ["", "", `lost ≤ ${percent(maxLostRatio)}`, lostText(held), "", lostText(broke), ""],
  ];
}

/** A capacity search breaks its objective on purpose: ✓ says that it held at some load. */
function objectiveMark(verdict: AxisVerdict, paint: Paint): string {
  switch (verdict) {
    case "measured":
    case "censored":
      return paint.good("✓");
    case "failed":
      return paint.bad("✗");
    case "inconclusive":
      return paint.warn("?");
    default:
      return verdict satisfies never;
  }
}

/** A share of 1 % that may be late is a p99. */
function quantileName(maxBadRatio: number): string {
  return `p${figure(100 - maxBadRatio * 100)}`;
}

function lostText(wave: ReportWave | undefined): string {
  if (wave === undefined) return ABSENT;
  return percent(wave.planned === 0 ? 0 : (wave.lost + wave.errors) / wave.planned);
}

function waveName(wave: ReportWave | undefined): string {
  return wave === undefined ? "" : `${load(wave.load, wave.axis)}, wave ${wave.index}`;
}
