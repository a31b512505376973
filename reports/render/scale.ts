import { figure } from "#grader/contracts/figure.ts";

export interface Scale {
  /** Pixels, to a tenth. */
  place(value: number): number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

type Range = readonly [from: number, to: number];

const STEPS_SEC = [5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600] as const;
const MOST_TICKS = 9;
/** Room beyond the lowest and the highest value. */
const MARGIN = 1.15;

/** Milliseconds on a line, with ticks in seconds or minutes from its start. */
export function timeScale([from, to]: Range, [left, right]: Range): Scale {
  const span = Math.max(1, to - from);
  const place = (atMs: number) => tenth(left + ((atMs - from) / span) * (right - left));
  const stepSec = STEPS_SEC.find((sec) => span / (sec * 1000) <= MOST_TICKS) ?? 7200;
  const count = Math.floor(span / (stepSec * 1000));
  const ticks = Array.from({ length: count + 1 }, (_, i) => {
    const sec = i * stepSec;
    const label = stepSec < 60 ? `${sec} s` : `${sec / 60} min`;
    return { at: place(from + sec * 1000), label };
  });
  return { place, ticks };
}

/** Positive values on a logarithmic line, with ticks at 1, 2 and 5 of each decade in between. */
export function logScale(values: readonly number[], [bottom, top]: Range): Scale {
  const low = Math.min(...values) / MARGIN;
  const high = Math.max(...values) * MARGIN;
  const span = Math.log(high / low);
  const place = (value: number) => {
    const share = Math.min(1, Math.max(0, Math.log(value / low) / span));
    return tenth(bottom + share * (top - bottom));
  };
  const ticks = decadesBetween(low, high).map((value) => ({
    at: place(value),
    label: figure(value),
  }));
  return { place, ticks };
}

function decadesBetween(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let decade = 10 ** Math.floor(Math.log10(low)); decade <= high; decade *= 10) {
    ticks.push(...[1, 2, 5].map((digit) => digit * decade));
  }
  return ticks.filter((value) => value >= low && value <= high);
}

const tenth = (pixels: number): number => Math.round(pixels * 10) / 10;
