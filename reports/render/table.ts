import { columnsOf, padEnd, type Paint, padStart } from "./paint.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** When the table is too wide the column with the highest number goes first; without, it stays. */
  readonly drop?: number;
}

type Rows = readonly (readonly string[])[];

const GAP = "  ";

/** A table as aligned lines, a faint head first, within `width` as far as columns may be dropped. */
export function table(
  columns: readonly Column[],
  rows: Rows,
  paint: Paint,
  width: number,
): string[] {
  const widths = columns.map(({ title }, i) =>
    Math.max(columnsOf(title), ...rows.map((row) => columnsOf(row[i] ?? ""))),
  );
  const shown = fitting(columns, widths, width);
  const line = (cells: readonly string[]) =>
    shown
      .map((i) => {
        const cell = cells[i] ?? "";
        const pad = columns[i]?.align === "right" ? padStart : padEnd;
        return pad(cell, widths[i] ?? 0);
      })
      .join(GAP)
      .trimEnd();
  return [paint.dim(line(columns.map(({ title }) => title))), ...rows.map(line)];
}

/** Indices of the columns that stay. */
function fitting(
  columns: readonly Column[],
  widths: readonly number[],
  width: number,
): readonly number[] {
  const shown = new Set(columns.keys());
  const taken = () =>
    [...shown].reduce((sum, i) => sum + (widths[i] ?? 0) + GAP.length, -GAP.length);
  const droppable = [...columns.entries()]
    .filter(([, { drop }]) => drop !== undefined)
    .sort(([, a], [, b]) => (b.drop ?? 0) - (a.drop ?? 0));
  for (const [i] of droppable) {
    if (taken() <= width) break;
    shown.delete(i);
  }
  return [...shown];
}
