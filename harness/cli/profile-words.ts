import type { Arrivals, Sizes } from "#grader/profile/model.ts";

/** Words and columns about profiles. */

const short = (value: number): string => String(Number(value.toPrecision(3)));

export function spanText(ms: number): string {
  if (ms < 1000) return `${short(ms)} ms`;
  if (ms < 120_000) return `${short(ms / 1000)} s`;
  if (ms < 7_200_000) return `${short(ms / 60_000)} min`;
  return `${short(ms / 3_600_000)} h`;
}

export const count = (figureOf: number, noun: string): string =>
  `${figureOf} ${noun}${figureOf === 1 ? "" : "s"}`;

export const figure = (value: number | undefined): string =>
  value === undefined ? "—" : value.toFixed(2);

export function whenText(when: Arrivals): string {
  switch (when.kind) {
    case "periodic": {
      const together = when.aligned ? ", all Units together" : "";
      return `every ${spanText(when.every)} ± ${spanText(when.jitter)}${together}`;
    }
    case "poisson":
      return `at random, every ${spanText(when.every)} on average`;
    case "bursts":
      return `bursts of ${when.messages.toFixed(1)} every ${spanText(when.every)}, ${spanText(when.gap)} apart`;
    case "follows":
      return `${Math.round(when.chance * 100)} % of ${when.topic}, ${spanText(when.delay)} ± ${spanText(when.jitter)} after`;
    case "trace":
      return `${count(when.offsetsMs.length, "message")} over ${spanText(when.length)}, again and again`;
    default:
      return when satisfies never;
  }
}

export function sizesText(sizes: Sizes): string {
  if (typeof sizes === "number") return `${sizes} B`;
  if ("from" in sizes) return `${sizes.from} to ${sizes.to} B`;
  if ("choices" in sizes) return sizes.choices.map(({ bytes }) => bytes).join(", ") + " B";
  return `${sizes.quantiles.min} to ${sizes.quantiles.max} B`;
}

/** Rows with cells one under the other. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
