import { describe, expect, test } from "vitest";
import { figure } from "#grader/contracts/figure.ts";
import { buildReport } from "#grader/report.ts";
import { SAMPLE } from "../sample/sample-run.ts";
import { DARK } from "./palette.ts";
import { logScale, timeScale } from "./scale.ts";
import { renderSearch } from "./search-picture.ts";

const { waves } = buildReport(SAMPLE);
const own = waves.filter(({ axis }) => axis === "relay");
const [first] = own;
if (first === undefined) throw new Error("the sample has no relay window");
const estimates = [1, 2, 3].map((n) => ({
  atMs: first.startedAtMs + n * 1000,
  value: 900,
  low: 900 - 300 / n,
  high: 900 + 300 / n,
}));

describe("the picture of a search", () => {
  test("has a mark for every window of its axis and no other's", () => {
    const svg = renderSearch({ axis: "relay", waves, estimates });
    const marks = svg.match(/<path class="(good|bad|invalid)" d="M[\d.]+ [\d.]+ H/g);
    expect(marks).toHaveLength(own.length);
  });

  test("tells its figures to those who cannot see it", () => {
    const svg = renderSearch({ axis: "relay", waves, estimates });
    const good = own.filter(({ verdict }) => verdict === "good").length;
    expect(svg).toContain(
      `${good} of ${own.length} windows met the objective; capacity 900 msg/s, between 800 and ${figure(1000)}.`,
    );
  });

  test("follows the reader's light or dark setting unless given colours", () => {
    expect(renderSearch({ axis: "relay", waves, estimates })).toContain(
      "prefers-color-scheme:dark",
    );
    const dark = renderSearch({ axis: "relay", waves, estimates, palette: DARK });
    expect(dark).not.toContain("prefers-color-scheme");
  });
});

describe("scales", () => {
  test("a logarithmic one keeps what lies outside at its edge", () => {
    const scale = logScale([10, 1000], [300, 0]);
    expect(scale.place(0.001)).toBe(300);
    expect(scale.place(1e9)).toBe(0);
    expect(scale.place(100)).toBe(150);
    expect(scale.ticks.map(({ label }) => label)).toEqual([
      "10",
      "20",
      "50",
      "100",
      "200",
      "500",
      figure(1000),
    ]);
  });

  test("time has round ticks from its own start", () => {
    const scale = timeScale([5000, 125_000], [0, 120]);
    expect(scale.ticks.map(({ at, label }) => `${label} at ${at}`)).toEqual([
      "0 s at 0",
      "15 s at 15",
      "30 s at 30",
      "45 s at 45",
      "60 s at 60",
      "75 s at 75",
      "90 s at 90",
      "105 s at 105",
      "120 s at 120",
    ]);
  });
});
