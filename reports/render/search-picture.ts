import { type RayId, RAYS } from "#grader/contracts/axis.ts";
import { figure } from "#grader/contracts/figure.ts";
import type { ReportWave } from "#grader/contracts/report.ts";
import { drawingColors, escapeMarkup } from "./drawing.ts";
import type { Palette } from "./palette.ts";
import { logScale, type Scale, timeScale } from "./scale.ts";

/** Where the search stood at a moment: capacity and the ends of its 95 % interval, axis unit. */
export interface EstimateAt {
  readonly atMs: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface SearchPicture {
  readonly axis: RayId;
  readonly waves: readonly ReportWave[];
  readonly estimates: readonly EstimateAt[];
  /** Without one the drawing follows the reader's light or dark setting. */
  readonly palette?: Palette;
}

const SIZE = { width: 760, height: 420 } as const;
const PLOT = { left: 64, right: 744, top: 44, bottom: 356 } as const;
const ID = "search";

/** One search as it went: every window's load over time, and the posterior narrowing around it. */
export function renderSearch({ axis, waves, estimates, palette }: SearchPicture): string {
  const { title, unit } = RAYS[axis];
  const own = waves.filter((wave) => wave.axis === axis);
  const start = Math.min(...own.map(({ startedAtMs }) => startedAtMs));
  const end = Math.max(...own.map(({ startedAtMs, measuredMs }) => startedAtMs + measuredMs));
  const x = timeScale([start, end], [PLOT.left, PLOT.right]);
  const y = logScale(
    own.map(({ load }) => load),
    [PLOT.bottom, PLOT.top],
  );
  const inside = estimates.filter(({ atMs }) => atMs >= start);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" class="${ID}" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-labelledby="${ID}-title ${ID}-desc">`,
    `<title id="${ID}-title">${escapeMarkup(`${title}: load of each window over time`)}</title>`,
    `<desc id="${ID}-desc">${escapeMarkup(described(own, inside.at(-1), unit))}</desc>`,
    `<style>${styles(palette)}</style>`,
    `<rect class="paper" width="${SIZE.width}" height="${SIZE.height}"/>`,
    ...gridMarks(x, y),
    `<text class="unit" x="${PLOT.left}" y="26">${escapeMarkup(`${title}, ${unit}`)}</text>`,
    ...posteriorMarks(inside, x, y),
    ...own.map((wave) => windowMark(wave, x, y)),
    ...keyMarks(),
    "</svg>",
  ].join("\n")}\n`;
}

function gridMarks(x: Scale, y: Scale): string[] {
  return [
    ...y.ticks.map(({ at, label }) => {
      const line = `<path class="grid" d="M${PLOT.left} ${at} H${PLOT.right}"/>`;
      return `${line}<text class="tick" x="${PLOT.left - 8}" y="${at + 4}" text-anchor="end">${label}</text>`;
    }),
    ...x.ticks.map(
      ({ at, label }) =>
        `<text class="tick" x="${at}" y="${PLOT.bottom + 20}" text-anchor="middle">${label}</text>`,
    ),
  ];
}

/** The interval as a band of steps: it holds from one estimate to the next. */
function posteriorMarks(estimates: readonly EstimateAt[], x: Scale, y: Scale): string[] {
  if (estimates.length < 2) return [];
  const corners = (pick: (one: EstimateAt) => number) =>
    estimates.flatMap((one, i) => {
      const until = estimates[i + 1]?.atMs ?? one.atMs;
      return [one.atMs, until].map((atMs) => `${x.place(atMs)},${y.place(pick(one))}`);
    });
  const band = [...corners(({ high }) => high), ...corners(({ low }) => low).toReversed()];
  return [
    `<polygon class="band" points="${band.join(" ")}"/>`,
    `<polyline class="mean" points="${corners(({ value }) => value).join(" ")}"/>`,
  ];
}

/** Shape tells the verdict, so that colour need not. */
function windowMark({ startedAtMs, measuredMs, load, verdict }: ReportWave, x: Scale, y: Scale) {
  const [from, to] = [x.place(startedAtMs), x.place(startedAtMs + measuredMs)];
  const at = y.place(load);
  const line = `<path class="${verdict}" d="M${from} ${at} H${to}"/>`;
  return line + verdictMark(verdict, (from + to) / 2, at);
}

function verdictMark(verdict: ReportWave["verdict"], cx: number, cy: number): string {
  if (verdict === "bad") {
    return `<path class="bad" d="M${cx - 4} ${cy - 4} l8 8 m0 -8 l-8 8"/>`;
  }
  return `<circle class="${verdict}" cx="${cx}" cy="${cy}" r="4"/>`;
}

const KEY: readonly (readonly [ReportWave["verdict"], string])[] = [
  ["good", "met the objective"],
  ["bad", "missed it"],
  ["invalid", "spoiled by the generator"],
];

function keyMarks(): string[] {
  const marks = KEY.map(([verdict, words], i) => {
    const left = PLOT.left + i * 170;
    const text = `<text class="key" x="${left + 14}" y="402">${words}</text>`;
    return verdictMark(verdict, left + 4, 398) + text;
  });
  const left = PLOT.left + KEY.length * 170 + 20;
  const band = `<rect class="band" x="${left}" y="391" width="14" height="14"/>`;
  return [...marks, `${band}<text class="key" x="${left + 20}" y="402">capacity, 95 %</text>`];
}

function described(waves: readonly ReportWave[], last: EstimateAt | undefined, unit: string) {
  const good = waves.filter(({ verdict }) => verdict === "good").length;
  const seen = `${good} of ${waves.length} windows met the objective`;
  if (last === undefined) return `${seen}.`;
  return `${seen}; capacity ${figure(last.value)} ${unit}, between ${figure(last.low)} and ${figure(last.high)}.`;
}

function styles(palette: Palette | undefined): string {
  const root = `.${ID}`;
  return [
    drawingColors(root, palette),
    `${root} text{font-family:system-ui,"DejaVu Sans",sans-serif;font-size:12px;fill:var(--faint)}`,
    `${root} .unit{font-size:14px;font-weight:600;fill:var(--ink)}`,
    `${root} .paper{fill:var(--paper)}`,
    `${root} .grid{stroke:var(--grid)}`,
    `${root} .band{fill:var(--shape);fill-opacity:.2}`,
    `${root} .mean{fill:none;stroke:var(--shape);stroke-width:1.5}`,
    `${root} path.good,${root} path.bad,${root} path.invalid{fill:none;stroke-width:2}`,
    `${root} path.good{stroke:var(--ink)}${root} circle.good{fill:var(--ink)}`,
    `${root} path.bad{stroke:var(--previous)}`,
    `${root} .invalid{stroke:var(--faint);fill:var(--paper);stroke-dasharray:3 2}`,
  ].join("");
}
