import { AXES } from "#grader/contracts/axis.ts";
import type { PentagonCorner, Report } from "#grader/contracts/report.ts";
import { drawingColors, escapeMarkup } from "./drawing.ts";
import type { Palette } from "./palette.ts";
import {
  capacityOutline,
  closedPath,
  type Frame,
  gradeRings,
  intervalBand,
  pointOn,
  ringAt,
  round,
} from "./pentagon-geometry.ts";
import { cornerText, gradeFacts } from "./words.ts";

export interface PentagonOptions {
  /** Without one the drawing follows the reader's light or dark setting. */
  readonly palette?: Palette;
  /** Corners of an earlier grade, drawn as a dashed outline. */
  readonly previous?: readonly PentagonCorner[];
  /** Prefix of element ids, for pages with several drawings. */
  readonly id?: string;
}

type Drawn = Pick<Report, "axes" | "joint" | "pentagon" | "grade">;

const SIZE = { width: 520, height: 440 } as const;
const FRAME: Frame = { cx: 260, cy: 232, radius: 150 };

/** The pentagon as a self-contained SVG document. */
export function renderPentagon(report: Drawn, options: PentagonOptions = {}): string {
  const id = options.id ?? "pentagon";
  const { pentagon } = report;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" class="${id}" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-labelledby="${id}-title ${id}-desc">`,
    `<title id="${id}-title">${escapeMarkup(`Capacity: ${gradeFacts(report).join(", ")}`)}</title>`,
    `<desc id="${id}-desc">${escapeMarkup(description(report))}</desc>`,
    `<style>${styleOf(id, options.palette)}</style>`,
    `<rect class="paper" width="${SIZE.width}" height="${SIZE.height}"/>`,
    ...gridMarks(),
    `<path class="band" fill-rule="evenodd" d="${intervalBand(pentagon, FRAME)}"/>`,
    `<path class="shape" d="${closedPath(capacityOutline(pentagon, FRAME))}"/>`,
    ...previousMarks(options.previous),
    ...pentagon.map(cornerMark),
    ...report.axes.flatMap(labelMarks),
    `<text class="headline" x="${FRAME.cx}" y="${SIZE.height - 14}" text-anchor="middle">${escapeMarkup(gradeFacts(report).join(" · "))}</text>`,
    "</svg>",
  ].join("\n")}\n`;
}

function gridMarks(): string[] {
  const rings = gradeRings(FRAME);
  return [
    `<path class="grid rim" d="${closedPath(ringAt(1, FRAME))}"/>`,
    ...rings.map(({ points }) => `<path class="grid" d="${closedPath(points)}"/>`),
    ...ringAt(1, FRAME).map(
      ({ x, y }) => `<path class="grid" d="M${FRAME.cx} ${FRAME.cy} L${round(x)} ${round(y)}"/>`,
    ),
    ...rings.map(({ letter, share }) => {
      const { x, y } = pointOn("link", share, FRAME);
      return `<text class="ring" x="${round(x + 4)}" y="${round(y + 10)}">${letter}</text>`;
    }),
  ];
}

function previousMarks(previous: readonly PentagonCorner[] | undefined): string[] {
  if (previous === undefined) return [];
  return [`<path class="previous" d="${closedPath(capacityOutline(previous, FRAME))}"/>`];
}

/** A dot at the capacity, dashed for a policy limit; a hollow one at the rim without evidence. */
function cornerMark({ axis, radius, policyLimited }: PentagonCorner): string {
  const { x, y } = pointOn(axis, radius ?? 1, FRAME);
  const kind = radius === null ? "absent" : policyLimited ? "policy" : "corner";
  const size = kind === "policy" ? 7 : 4;
  return `<circle class="${kind}" cx="${round(x)}" cy="${round(y)}" r="${size}"/>`;
}

function labelMarks(axis: Report["axes"][number]): string[] {
  const { x, y } = pointOn(axis.id, 1.1, FRAME);
  const side = Math.sign(Math.round(x - FRAME.cx));
  const anchor = side === 0 ? "middle" : side > 0 ? "start" : "end";
  const top = y < FRAME.cy - FRAME.radius ? y - 16 : y;
  const at = (dy: number) => `x="${round(x)}" y="${round(top + dy)}" text-anchor="${anchor}"`;
  const limited = axis.limitedBy === "policy" ? " (policy limit)" : "";
  return [
    `<text class="axis" ${at(0)}>${AXES[axis.id].title}</text>`,
    `<text class="value" ${at(18)}>${escapeMarkup(cornerText(axis) + limited)}</text>`,
  ];
}

function description({ axes }: Drawn): string {
  const corners = axes.map((axis) => `${AXES[axis.id].title} ${cornerText(axis)}`);
  return `${corners.join("; ")}. Radius is logarithmic, from 10 to 100 000 reference Units.`;
}

function styleOf(id: string, palette: Palette | undefined): string {
  const root = `.${id}`;
  return [
    drawingColors(root, palette),
    `${root} text{font-family:system-ui,"DejaVu Sans",sans-serif;font-size:14px;fill:var(--ink)}`,
    `${root} .paper{fill:var(--paper)}`,
    `${root} .grid{fill:none;stroke:var(--grid)}`,
    `${root} .rim{stroke-width:1.5}`,
    `${root} .ring{font-size:10px;fill:var(--faint)}`,
    `${root} .band{fill:var(--shape);fill-opacity:.35}`,
    `${root} .shape{fill:var(--shape);fill-opacity:.15;stroke:var(--shape);stroke-width:2;stroke-linejoin:round}`,
    `${root} .previous{fill:none;stroke:var(--previous);stroke-width:1.5;stroke-dasharray:6 4}`,
    `${root} .corner{fill:var(--shape)}`,
    `${root} .policy{fill:var(--paper);stroke:var(--shape);stroke-width:2;stroke-dasharray:3 2}`,
    `${root} .absent{fill:var(--paper);stroke:var(--faint);stroke-width:1.5}`,
    `${root} .axis{font-weight:600}`,
    `${root} .value{fill:var(--faint)}`,
    `${root} .headline{font-size:15px;font-weight:600}`,
  ].join("");
}
