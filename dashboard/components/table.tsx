import type { ReactNode } from "react";

export interface Column<T> {
  readonly head: string;
  /** Figures are set flush right with figures of one width. */
  readonly figures?: boolean;
  /** Text that may wrap over several lines. */
  readonly wide?: boolean;
  readonly cell: (row: T) => ReactNode;
}

interface TableProps<T> {
  /** Said by screen readers; also the name of the scrolling region. */
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string | number;
  readonly toneOf?: (row: T) => string | undefined;
  readonly empty?: string;
}

/** A table whose first column names the row; it scrolls sideways by itself on a narrow screen. */
export function Table<T>({ caption, columns, rows, keyOf, toneOf, empty }: TableProps<T>) {
  if (rows.length === 0) return <p className="muted">{empty ?? "Nothing to show yet."}</p>;
  return (
    <div className="table-scroll" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.head} scope="col" className={classOf(column)}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} data-tone={toneOf?.(row)}>
              {columns.map((column, i) =>
                i === 0 ? (
                  <th key={column.head} scope="row" className={classOf(column)}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.head} className={classOf(column)}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classOf<T>({ figures, wide }: Column<T>): string | undefined {
  if (figures === true) return "figures";
  return wide === true ? "wide" : undefined;
}
