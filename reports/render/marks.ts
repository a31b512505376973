import type { WindowVerdict } from "#grader/contracts/trial.ts";
import type { Paint } from "./paint.ts";

const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** The last `cells` values as a row of bars from zero to the highest shown. */
export function sparkline(values: readonly number[], cells: number): string {
  const shown = values.slice(-cells);
  const top = Math.max(...shown, 0);
  return shown
    .map((value) => BARS[top === 0 ? 0 : Math.min(7, Math.floor((value / top) * 8))] ?? BARS[0])
    .join("");
}

/** A bar filled to `ratio`, exactly `cells` wide; fuller than full is shown full. */
export function meter(ratio: number, cells: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, ratio)) * cells * 8);
  const filled = "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
  return filled.padEnd(cells, "·");
}

/** A thin bar for the whole run, exactly `cells` wide. */
export function track(ratio: number, cells: number, paint: Paint): string {
  const done = Math.round(Math.min(1, Math.max(0, ratio)) * cells);
  return paint.accent("━".repeat(done)) + paint.dim("─".repeat(cells - done));
}

/** `✓` good, `✗` bad, `!` invalid: told apart without colour. */
export function verdictMark(verdict: WindowVerdict, paint: Paint): string {
  switch (verdict) {
    case "good":
      return paint.good("✓");
    case "bad":
      return paint.bad("✗");
    case "invalid":
      return paint.warn("!");
    default:
      return verdict satisfies never;
  }
}
