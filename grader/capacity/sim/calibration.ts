import type { Depth } from "../../contracts/capacity.ts";
import type { SearchOptions } from "../step.ts";
import { grade, type Grading } from "./grade.ts";
import { ALL_SCENARIOS, type ScenarioId, TRUE_C90 } from "./scenarios.ts";

/** How a depth did on one scenario. Errors are of ln(value ÷ C90), in percent. */
export interface Calibration {
  readonly scenario: ScenarioId;
  readonly runs: number;
  readonly bias: number;
  readonly sd: number;
  /** 95 % of runs err by less. */
  readonly error95: number;
  /** Share of runs whose interval holds the truth. */
  readonly covers: number;
  readonly halfWidth: number;
  /** Seconds of load and drains. */
  readonly meanSec: number;
  readonly p95Sec: number;
  readonly meanHarmSec: number;
  readonly p95HarmSec: number;
  readonly rated: number;
  /** Share of runs that rate over 1.02 × C90. */
  readonly ratedOver: number;
  readonly unrated: number;
  readonly unstable: number;
  readonly wide: number;
  /** Runs that did not end with a measured capacity. */
  readonly unmeasured: readonly Grading[];
  /** 95 % of pairs of runs differ by less. */
  readonly pair95: number;
  /** Share of runs with a half-width of 10 % and more. */
  readonly halfWidthOver10: number;
}

// Any will do; fixed, so that a calibration is the same each time.
const FIRST_SEED = 9000;

const percent = (ratio: number): number => 100 * ratio;
/** Arithmetic mean. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const share = <T>(items: readonly T[], holds: (item: T) => boolean): number =>
  percent(items.filter(holds).length / items.length);

/** Quantile with linear interpolation. */
export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = at * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? below;
  return below + (above - below) * (position - Math.floor(position));
}

/** |ln ratio| of the first and second, third and fourth … value. */
const apart = (values: readonly number[]): number[] =>
  values.flatMap((value, i) => {
    const next = values[i + 1];
    return i % 2 === 0 && next !== undefined ? [Math.abs(Math.log(value / next))] : [];
  });

/** Grades a scenario many times, each with its own seed. */
export function calibrate(
  scenario: ScenarioId,
  depth: Depth,
  runs: number,
  change: Partial<SearchOptions> = {},
): Calibration {
  const truth = TRUE_C90[scenario];
  const gradings = Array.from({ length: runs }, (_, i) =>
    grade(ALL_SCENARIOS[scenario], depth, FIRST_SEED + i, change),
  );
  const found = gradings.flatMap(({ result }) =>
    result.verdict === "measured" && result.capacity !== null && result.capacity.high !== null
      ? [{ ...result.capacity, high: result.capacity.high, flags: result.flags }]
      : [],
  );
  const errors = found.map(({ value }) => Math.log(value / truth));
  const bias = mean(errors);
  const halfWidths = found.map(({ low, high }) => percent(0.5 * Math.log(high / low)));
  const rated = found.flatMap((capacity) => capacity.rated ?? []);
  const secs = gradings.map(({ elapsedSec }) => elapsedSec);
  const harm = gradings.map(({ result }) => result.harmSec);
  return {
    scenario,
    runs,
    bias: percent(Math.exp(bias) - 1),
    sd: percent(Math.sqrt(mean(errors.map((error) => (error - bias) ** 2)))),
    error95: percent(quantile(errors.map(Math.abs), 0.95)),
    covers: share(found, ({ low, high }) => low <= truth && truth <= high),
    halfWidth: mean(halfWidths),
    meanSec: mean(secs),
    p95Sec: quantile(secs, 0.95),
    meanHarmSec: mean(harm),
    p95HarmSec: quantile(harm, 0.95),
    rated: percent(Math.exp(mean(rated.map((load) => Math.log(load / truth)))) - 1),
    ratedOver: share(rated, (load) => load > 1.02 * truth),
    unrated: share(found, (capacity) => capacity.rated === null),
    unstable: share(found, ({ flags }) => flags.includes("unstable")),
    wide: share(found, ({ flags }) => flags.includes("wide")),
    unmeasured: gradings.filter(({ result }) => result.verdict !== "measured"),
    pair95: percent(quantile(apart(found.map(({ value }) => value)), 0.95)),
    halfWidthOver10: share(halfWidths, (width) => width >= 10),
  };
}

const COLUMNS = [
  "bias",
  "sd",
  "error95",
  "covers",
  "halfWidth",
  "pair95",
  "meanSec",
  "p95Sec",
  "meanHarmSec",
  "p95HarmSec",
  "rated",
  "ratedOver",
  "unrated",
  "unstable",
  "wide",
] as const satisfies readonly (keyof Calibration)[];

/** The calibrations as an aligned table. */
export function calibrationTable(title: string, rows: readonly Calibration[]): string {
  const head = COLUMNS.map((column) => column.padStart(11)).join("");
  const lines = rows.map((row) => {
    const cells = COLUMNS.map((column) => row[column].toFixed(1).padStart(11)).join("");
    return `${row.scenario}${cells}${row.unmeasured.length > 0 ? `  ${row.unmeasured.length} unmeasured` : ""}`;
  });
  return [title, ` ${head}`, ...lines].join("\n");
}
