import { RAY_IDS, RAYS } from "#grader/contracts/axis.ts";
import type { ReportWave } from "#grader/contracts/report.ts";
import type { WindowVerdict } from "#grader/contracts/trial.ts";
import { count, figure, latency, percent } from "../format.ts";
import { verdictMark } from "../marks.ts";
import { harmless, type Paint, wrap } from "../paint.ts";
import { type Column, table } from "../table.ts";
import { inner, type Sheet } from "./section.ts";

/** More waves than this and neighbours of one phase share a line. */
const ALL_SHOWN = 24;

/** A terminal of fewer columns has none to spare for units and indents. */
const NARROW = 60;

/** Columns before the rule that broke. */
const BROKE_INDENT = { roomy: 21, narrow: 4 } as const;

const COLUMNS: readonly Column[] = [
  { title: "axis" },
  { title: "wave", align: "right", drop: 1 },
  { title: "phase" },
  { title: "load", align: "right" },
  { title: "delivered/s", align: "right", drop: 4 },
  { title: "p99", align: "right", drop: 2 },
  { title: "bad", align: "right", drop: 3 },
  { title: "verdict" },
];

/** Neighbouring waves of one axis and phase, told in one line. */
interface Group {
  readonly waves: readonly ReportWave[];
  /** The wave that broke the objective first on its axis; it always stands alone. */
  readonly broke: boolean;
}

/** One line a wave, or a line a phase when they are many. */
export function waveLines(sheet: Sheet): string[] {
  const { report, paint } = sheet;
  const condensed = report.waves.length > ALL_SHOWN;
  const groups = RAY_IDS.flatMap((axis) =>
    grouped(
      report.waves.filter((wave) => wave.axis === axis),
      condensed,
    ),
  );
  if (groups.length === 0) return [];
  const rows = groups.map((group, i) => groupRow(group, groups[i - 1], sheet));
  const [head, ...lines] = table(COLUMNS, rows, paint, inner(sheet));
  const told = lines.flatMap((line, i) => [line, ...brokeLines(groups[i], sheet)]);
  return head === undefined ? told : [head, ...told];
}

/** The rule that broke, in full, under the wave where it did. */
function brokeLines(group: Group | undefined, sheet: Sheet): string[] {
  const [wave] = group?.waves ?? [];
  if (group?.broke !== true || wave === undefined) return [];
  const indent = sheet.width < NARROW ? BROKE_INDENT.narrow : BROKE_INDENT.roomy;
  const lines = wrap(`broke here: ${harmless(wave.reason)}`, inner(sheet) - indent - 2);
  return lines.map(
    (line, i) => " ".repeat(indent) + sheet.paint.bad(`${i === 0 ? "└" : " "} ${line}`),
  );
}

function grouped(waves: readonly ReportWave[], condensed: boolean): Group[] {
  const first = waves.find(({ verdict }) => verdict === "bad");
  const groups: { waves: ReportWave[]; broke: boolean }[] = [];
  for (const wave of waves) {
    const last = groups.at(-1);
    const broke = wave === first;
    const joins =
      condensed && !broke && last?.broke === false && last.waves[0]?.phase === wave.phase;
    if (joins) last.waves.push(wave);
    else groups.push({ waves: [wave], broke });
  }
  return groups;
}

function groupRow(group: Group, before: Group | undefined, { paint, width }: Sheet): string[] {
  const { waves } = group;
  const first = waves[0];
  if (first === undefined) return [];
  const last = waves.at(-1) ?? first;
  const { title, unit } = RAYS[first.axis];
  const opens = before?.waves[0]?.axis !== first.axis;
  const loads = waves.map((wave) => wave.load);
  const delivered = waves.map((wave) => wave.deliveredPerSec);
  const p99 = waves.flatMap(({ latencyMs }) => latencyMs?.p99 ?? []);
  return [
    opens ? paint.bold(title) + (width < NARROW ? "" : ` ${paint.dim(unit)}`) : "",
    first === last ? String(first.index) : `${first.index}–${last.index}`,
    first.phase + (waves.length > 1 ? ` ×${waves.length}` : ""),
    range(loads, figure),
    range(delivered, (value) => (value >= 100 ? count(value) : figure(value))),
    p99.length === 0 ? "" : latency(Math.max(...p99)),
    percent(badRatio(waves)),
    verdictText(waves, paint),
  ];
}

/** `✓`, `✗` or `!`, counted when the line stands for several waves. */
function verdictText(waves: readonly ReportWave[], paint: Paint): string {
  const tally = (verdict: WindowVerdict) => {
    const many = waves.filter((wave) => wave.verdict === verdict).length;
    return many === 0 ? [] : [verdictMark(verdict, paint) + (waves.length === 1 ? "" : many)];
  };
  return [...tally("good"), ...tally("bad"), ...tally("invalid")].join(" ");
}

/** Late, lost, failed, unsent or unanswered, as a share of what was due. */
function badRatio(waves: readonly ReportWave[]): number {
  const parts = waves.flatMap((wave) => wave.parts ?? []);
  // Of a joint window the axis that did worst: a thin one would drown among the others' messages.
  if (parts.length > 0) return Math.max(...parts.map((part) => missedOf(part)));
  const intended = waves.reduce((sum, wave) => sum + wave.intended, 0);
  const good = waves.reduce((sum, wave) => sum + wave.good, 0);
  return missedOf({ intended, good });
}

const missedOf = ({ intended, good }: Pick<ReportWave, "intended" | "good">): number =>
  intended === 0 ? 0 : (intended - good) / intended;

function range(values: readonly number[], write: (value: number) => string): string {
  const low = write(Math.min(...values));
  const high = write(Math.max(...values));
  return low === high ? low : `${low}–${high}`;
}
