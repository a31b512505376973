import type { ReportWave } from "#grader/contracts/report.ts";
import { count, figure, latency } from "../format.ts";
import { verdictMark } from "../marks.ts";
import { harmless, wrap } from "../paint.ts";
import { type Column, table } from "../table.ts";
import type { FixedSheet } from "./sheet.ts";

const COLUMNS: readonly Column[] = [
  { title: "from", align: "right" },
  { title: "due", align: "right" },
  { title: "delivered/s", align: "right", drop: 2 },
  { title: "p50", align: "right", drop: 4 },
  { title: "p99", align: "right" },
  { title: "late", align: "right", drop: 3 },
  { title: "lost", align: "right" },
  { title: "unsent", align: "right", drop: 1 },
  { title: "lateness", align: "right", drop: 5 },
  { title: "" },
];

/** More windows than this and only those that were not good, the first and the last are shown. */
const ALL_SHOWN = 30;
const WORST_SHOWN = 20;

/** One line a window, and under each that was not good the rule that broke. */
export function windowLines({ report, paint, columns }: FixedSheet): string[] {
  const { windows, faults } = report;
  if (windows.length === 0) return [];
  const startMs = windows[0]?.startedAtMs ?? 0;
  const shown = windows.length <= ALL_SHOWN ? windows : worthShowing(windows);
  const rows = shown.map((wave) => [
    `${Math.round((wave.startedAtMs - startMs) / 1000)} s`,
    count(wave.intended),
    wave.deliveredPerSec >= 100 ? count(wave.deliveredPerSec) : figure(wave.deliveredPerSec),
    latency(wave.latencyMs?.p50),
    latency(wave.latencyMs?.p99),
    count(wave.late),
    count(wave.lost + wave.errors),
    count(wave.unsent + wave.pending),
    latency(wave.latenessP99Ms),
    verdictMark(wave.verdict, paint) + faultIn(wave, startMs, faults),
  ]);
  const [head = "", ...lines] = table(COLUMNS, rows, paint, columns);
  const told = lines.flatMap((line, i) => [line, ...reasonLines(shown[i], columns)]);
  const left = windows.length - shown.length;
  const more =
    left === 0 ? [] : [paint.dim(`and ${count(left)} more windows, --json has them all`)];
  return [head, ...told, ...more];
}

function worthShowing(windows: readonly ReportWave[]): ReportWave[] {
  const troubled = windows.filter(({ verdict }) => verdict !== "good").slice(0, WORST_SHOWN);
  return windows.filter((wave, i) => i < 3 || i >= windows.length - 3 || troubled.includes(wave));
}

/** What was done on purpose while the window was driven, until all was well again. */
function faultIn(
  wave: ReportWave,
  startMs: number,
  faults: FixedSheet["report"]["faults"],
): string {
  const fromMs = wave.startedAtMs - startMs;
  const inside = faults.filter(({ beganAtMs, recoveredMs, reconnectedMs }) => {
    if (beganAtMs === null) return false;
    const lastedMs = Math.max(recoveredMs ?? Infinity, reconnectedMs ?? Infinity);
    return beganAtMs < fromMs + wave.measuredMs && beganAtMs + lastedMs > fromMs;
  });
  return inside.map(({ kind }) => ` ${kind}`).join("");
}

function reasonLines(wave: ReportWave | undefined, columns: number): string[] {
  if (wave === undefined || wave.verdict === "good") return [];
  return wrap(harmless(wave.reason), columns - 8).map((line) => `      ${line}`);
}
