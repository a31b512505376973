import type { Point } from "../pentagon-geometry.ts";

/** Dots of a braille cell by row and column, as bits above U+2800. */
const DOT_BITS: readonly (readonly [number, number])[] = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

/** A drawing of dots, two by four to a character cell, that grows as it is drawn on. */
export type Dots = Map<string, number>;

/** Marks every `every`-th dot of the straight line from `a` to `b`. */
export function drawLine(dots: Dots, a: Point, b: Point, every = 1): void {
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(b.x - a.x), Math.abs(b.y - a.y))));
  for (let i = 0; i <= steps; i += every) {
    const share = i / steps;
    mark(dots, Math.round(a.x + (b.x - a.x) * share), Math.round(a.y + (b.y - a.y) * share));
  }
}

/** Marks the outline of a closed polygon. */
export function drawPolygon(dots: Dots, points: readonly Point[], every = 1): void {
  for (const [i, point] of points.entries()) {
    drawLine(dots, point, points[(i + 1) % points.length] ?? point, every);
  }
}

/** The character of one cell, or undefined where nothing was drawn. */
export function cellOf(dots: Dots, column: number, row: number): string | undefined {
  const bits = dots.get(`${column},${row}`);
  return bits === undefined ? undefined : String.fromCodePoint(0x2800 + bits);
}

function mark(dots: Dots, x: number, y: number): void {
  const column = Math.floor(x / 2);
  const row = Math.floor(y / 4);
  const bit = DOT_BITS[y - row * 4]?.[x - column * 2] ?? 0;
  const key = `${column},${row}`;
  dots.set(key, (dots.get(key) ?? 0) | bit);
}
