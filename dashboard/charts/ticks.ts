import { figure } from "#reports/render/format.ts";
import { scaleLinear, scaleLog } from "d3-scale";
import { clock } from "../lib/time-words.ts";
import type { Tick } from "./plot.tsx";

/** A scale from values to shares of a plot, with its ticks. */
export interface PlotScale {
  /** Beyond the ends of the scale a value stays at the end. */
  readonly share: (value: number) => number;
  readonly ticks: readonly Tick[];
}

/** From zero at the bottom to a round number above the largest value. */
export function upFromZero(largest: number, words: (value: number) => string = figure): PlotScale {
  const scale = scaleLinear()
    .domain([0, largest > 0 ? largest * 1.08 : 1])
    .nice(4)
    .range([1, 0])
    .clamp(true);
  return {
    share: (value) => scale(value),
    ticks: scale.ticks(4).map((value) => ({ at: scale(value), label: words(value) })),
  };
}

/** Logarithmic, the smallest value at the bottom. */
export function upLog(
  smallest: number,
  largest: number,
  words: (value: number) => string,
): PlotScale {
  const from = Math.max(smallest, 1e-3);
  const scale = scaleLog()
    .domain([
      10 ** Math.floor(Math.log10(from)),
      10 ** Math.ceil(Math.log10(Math.max(largest, from * 1.01))),
    ])
    .range([1, 0])
    .clamp(true);
  return { share: (value) => scale(Math.max(value, 1e-9)), ticks: decades(scale, words) };
}

/** From zero along the width to a little more than the largest value. */
export function alongFromZero(largest: number): PlotScale {
  const scale = scaleLinear()
    .domain([0, largest > 0 ? largest * 1.05 : 1])
    .range([0, 1])
    .clamp(true);
  return {
    share: (value) => scale(value),
    ticks: scale.ticks(5).map((value) => ({ at: scale(value), label: figure(value) })),
  };
}

const MINUTE_STEPS = [0.5, 1, 2, 5, 10, 20, 30, 60, 120];

/** Time along the width, ticks at whole minutes since the run began. */
export function alongTime(fromMs: number, toMs: number, zeroMs: number): PlotScale {
  const spanMin = (toMs - fromMs) / 60_000;
  const stepMs = (MINUTE_STEPS.find((step) => spanMin / step <= 6) ?? 240) * 60_000;
  const ticks: Tick[] = [];
  const first = Math.ceil((fromMs - zeroMs) / stepMs) * stepMs + zeroMs;
  const share = (atMs: number) => Math.min(1, Math.max(0, (atMs - fromMs) / (toMs - fromMs)));
  for (let atMs = first; atMs <= toMs; atMs += stepMs) {
    ticks.push({ at: share(atMs), label: clock(atMs - zeroMs) });
  }
  return { share, ticks };
}

function decades(
  scale: { (value: number): number; ticks(): number[] },
  words: (value: number) => string,
): readonly Tick[] {
  return scale
    .ticks()
    .filter((value) => value.toExponential().startsWith("1e"))
    .map((value) => ({ at: scale(value), label: words(value) }));
}
