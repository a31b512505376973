import type { Colour } from "../contracts/cost.ts";

/** Colours of Units by their load share (grading.md §5.4); bounds are the admin's to set. */
export interface ColourRule {
  /** Percentiles of the active Units from which a colour begins. */
  readonly yellowFrom: number;
  readonly redFrom: number;
}

export const COLOUR_RULE: ColourRule = { yellowFrom: 50, redFrom: 80 };

/** Below so many Units percentiles say little: then reference Units decide. */
const FEW_UNITS = 20;
const FEW_YELLOW_FROM = 1;
const FEW_RED_FROM = 3;
/** A Unit this small is green, or an idle instance of tiny Units would be a fifth red. */
const ALWAYS_GREEN_UNITS = 1;

/** A colour changes once it is so far past a bound for so many hours in a row. */
const MARGIN_POINTS = 3;
const PATIENCE_HOURS = 3;

/** Weight of an hour in the average of a day. */
const HOUR_WEIGHT = 1 - Math.exp(-1 / 24);

/** Load share averaged over about a day, an hour further. */
export const smoothed = (before: number | undefined, hour: number): number =>
  before === undefined ? hour : before + HOUR_WEIGHT * (hour - before);

/** Where a Unit stands this hour. */
export interface Standing {
  /** Share of the active Units with less load, 0 to 100. */
  readonly percentile: number;
  readonly referenceUnits: number;
  /** Units of the instance that are active. */
  readonly population: number;
}

/** Share of the others with less load, half of those with as much, 0 to 100. */
export function percentileOf(load: number, loads: readonly number[]): number {
  if (loads.length === 0) return 0;
  const less = loads.filter((other) => other < load).length;
  const equal = loads.filter((other) => other === load).length;
  return (100 * (less + equal / 2)) / loads.length;
}

/** The colour without a past. `margin` moves the bounds of the percentiles apart. */
export function colourOf(standing: Standing, rule: ColourRule = COLOUR_RULE, margin = 0): Colour {
  const { percentile, referenceUnits, population } = standing;
  if (referenceUnits <= ALWAYS_GREEN_UNITS) return "green";
  if (population < FEW_UNITS) {
    return referenceUnits > FEW_RED_FROM
      ? "red"
      : referenceUnits > FEW_YELLOW_FROM
        ? "yellow"
        : "green";
  }
  if (percentile > rule.redFrom + margin) return "red";
  return percentile < rule.yellowFrom + margin ? "green" : "yellow";
}

export interface ColourState {
  readonly colour: Colour;
  /** Hours in a row in which another colour was due. */
  readonly hoursOff: number;
}

const ORDER: readonly Colour[] = ["green", "yellow", "red"];

/** The colour after one more hour. It moves only when every hour of patience was past the margin. */
export function nextColour(
  state: ColourState | undefined,
  standing: Standing,
  rule: ColourRule = COLOUR_RULE,
): ColourState {
  const now = colourOf(standing, rule);
  if (state === undefined || now === state.colour) return { colour: now, hoursOff: 0 };
  const rising = ORDER.indexOf(now) > ORDER.indexOf(state.colour);
  const due = colourOf(standing, rule, rising ? MARGIN_POINTS : -MARGIN_POINTS);
  if (due === state.colour) return { colour: state.colour, hoursOff: 0 };
  const hoursOff = state.hoursOff + 1;
  return hoursOff >= PATIENCE_HOURS
    ? { colour: due, hoursOff: 0 }
    : { colour: state.colour, hoursOff };
}
