import { AXES, AXIS_IDS, type AxisId } from "#grader/contracts/axis.ts";
import type { Report } from "#grader/contracts/report.ts";
import { columnsOf, evenSpaces, type Paint, type Tone } from "../paint.ts";
import { capacityOutline, type Frame, gradeRings, pointOn, ringAt } from "../pentagon-geometry.ts";
import { cornerText } from "../words.ts";
import { cellOf, type Dots, drawLine, drawPolygon } from "./braille.ts";

/** Character cells of the drawing, and the columns kept on either side for labels. */
const CELLS = { columns: 30, rows: 14 } as const;
const LABEL_COLUMNS = 15;
const FRAME: Frame = { cx: 30, cy: 30, radius: 28 };

/** Columns the drawing takes with its labels. */
export const PENTAGON_COLUMNS = CELLS.columns + 2 * LABEL_COLUMNS;

interface Cell {
  readonly text: string;
  readonly tone: Tone;
}

type Cells = (Cell | undefined)[][];

/** The pentagon in braille dots: rim and letters faint, capacity as a solid outline. */
export function pentagonLines(report: Report, paint: Paint): string[] {
  const cells: Cells = Array.from({ length: CELLS.rows + 1 }, () => []);
  drawDots(cells, gridDots(), paint.dim);
  drawLetters(cells, paint);
  drawDots(cells, outlineDots(report), paint.accent);
  for (const axis of AXIS_IDS) drawLabel(cells, axis, report, paint);
  return cells.map(lineOf).map((line) => line.trimEnd());
}

function gridDots(): Dots {
  const dots: Dots = new Map();
  drawPolygon(dots, ringAt(1, FRAME), 2);
  for (const axis of AXIS_IDS) {
    drawLine(dots, pointOn(axis, 0, FRAME), pointOn(axis, 1, FRAME), 4);
  }
  return dots;
}

function outlineDots(report: Report): Dots {
  const dots: Dots = new Map();
  if (report.pentagon.some(({ radius }) => radius !== null)) {
    drawPolygon(dots, capacityOutline(report.pentagon, FRAME));
  }
  return dots;
}

/** Letters stand on the upright spoke at the height where their ring begins. */
function drawLetters(cells: Cells, paint: Paint): void {
  for (const { letter, share } of gradeRings(FRAME)) {
    const { x, y } = pointOn("link", share, FRAME);
    place(cells, Math.floor(x / 2), Math.floor(y / 4), { text: letter, tone: paint.dim });
  }
}

function drawDots(cells: Cells, dots: Dots, tone: Tone): void {
  for (let row = 0; row < CELLS.rows; row++) {
    for (let column = 0; column <= CELLS.columns; column++) {
      const cell = cellOf(dots, column, row);
      if (cell !== undefined) place(cells, column, row, { text: cell, tone });
    }
  }
}

function drawLabel(cells: Cells, axis: AxisId, report: Report, paint: Paint): void {
  const result = report.axes.find(({ id }) => id === axis);
  const { title } = AXES[axis];
  const value = result === undefined ? "" : evenSpaces(cornerText(result));
  const { x, y } = pointOn(axis, 1, FRAME);
  const column = Math.round(x / 2);
  const row = Math.floor(y / 4);
  if (axis === "link") {
    write(cells, column + 4, row, title, paint.bold);
    write(cells, column + 6 + columnsOf(title), row, value, plain);
    return;
  }
  const start = (text: string) => (x < FRAME.cx ? column - 2 - columnsOf(text) : column + 3);
  write(cells, start(title), row, title, paint.bold);
  write(cells, start(value), row + 1, value, plain);
}

const plain: Tone = (text) => text;

function write(cells: Cells, column: number, row: number, text: string, tone: Tone): void {
  for (const [i, character] of Array.from(text).entries()) {
    place(cells, column + i, row, { text: character, tone });
  }
}

function place(cells: Cells, column: number, row: number, cell: Cell): void {
  const line = cells[row];
  if (line !== undefined) line[column + LABEL_COLUMNS] = cell;
}

/** One row as text, neighbours of one tone coloured together. */
function lineOf(cells: readonly (Cell | undefined)[]): string {
  const runs: { text: string; tone: Tone }[] = [];
  for (const cell of Array.from(cells, (found) => found ?? { text: " ", tone: plain })) {
    const last = runs.at(-1);
    if (last?.tone === cell.tone) last.text += cell.text;
    else runs.push({ ...cell });
  }
  return runs.map(({ text, tone }) => tone(text)).join("");
}
