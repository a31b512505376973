import { type RayId, RAYS } from "#grader/contracts/axis.ts";
import type { Phase, WindowVerdict } from "#grader/contracts/trial.ts";
import { capacityText, count, duration, interval, latency, load, percent, rate } from "./format.ts";
import { meter, sparkline, track, verdictMark } from "./marks.ts";
import { columnsOf, evenSpaces, padEnd, type Paint, paintOf } from "./paint.ts";

/** Where a running measurement stands. Rates and ratios are those of the last second or so. */
export interface ProgressView {
  readonly axis: RayId;
  /** From 1. */
  readonly axisNumber: number;
  readonly axisCount: number;
  readonly phase: Phase;
  /** Windows finished on this axis. */
  readonly windows: number;
  /** Verdicts of those windows, oldest first; the last few are shown. */
  readonly verdicts: readonly WindowVerdict[];
  /** Intended load in the axis' unit. */
  readonly load: number;
  readonly offeredPerSec: number;
  readonly deliveredPerSec: number;
  /** Delivered per second over the last seconds, oldest first. */
  readonly history: readonly number[];
  readonly latencyP99Ms: number | null;
  readonly deadlineMs: number;
  readonly lostRatio: number;
  readonly unitsConnected: number;
  readonly unitsWanted: number;
  readonly generator: {
    readonly state: "healthy" | "strained" | "limited";
    readonly latenessP99Ms: number;
    readonly cpuRatio: number;
  };
  /** Running answer in the axis' unit. */
  readonly estimate: {
    readonly value: number;
    readonly low: number;
    readonly high: number | null;
  } | null;
  /** Of the whole run. */
  readonly elapsedMs: number;
  readonly remainingMs: number | null;
}

export interface ProgressOptions {
  readonly color: boolean;
  readonly width: number;
}

const LABEL_COLUMNS = 11;
const HISTORY_CELLS = 24;
const VERDICTS_SHOWN = 20;

/** The state of a run as lines to redraw in place: always the same number, none over the width. */
export function renderProgress(view: ProgressView, options: ProgressOptions): string[] {
  const paint = paintOf(options.color);
  const width = Math.max(20, options.width);
  const row = (label: string, parts: readonly string[]) =>
    fit([paint.dim(padEnd(label, LABEL_COLUMNS)), ...parts], width);
  return [
    headLine(view, width, paint),
    track(shareDone(view), width, paint),
    row("load", loadParts(view, paint)),
    row("latency", latencyParts(view, paint)),
    row("windows", windowParts(view, paint)),
    row("generator", generatorParts(view, paint)),
    row("estimate", estimateParts(view, paint)),
  ].map(evenSpaces);
}

/** The same in one plain line, for logs that are not a terminal. */
export function renderProgressLine(view: ProgressView): string {
  const { axis, generator, estimate } = view;
  const left = view.remainingMs === null ? [] : [`about ${duration(view.remainingMs)} left`];
  const line = [
    `${RAYS[axis].title} ${view.axisNumber}/${view.axisCount} ${view.phase}`,
    `load ${load(view.load, axis)}`,
    `delivered ${rate(view.deliveredPerSec)} of ${rate(view.offeredPerSec)}`,
    `p99 ${latency(view.latencyP99Ms)} of ${latency(view.deadlineMs)}`,
    `lost ${percent(view.lostRatio)}`,
    `Units ${view.unitsConnected}/${view.unitsWanted}`,
    `windows ${view.windows}`,
    `generator ${generator.state}`,
    ...(estimate === null ? [] : [`estimate ${estimateText(view)}`]),
    ...left,
  ].join(" · ");
  return evenSpaces(line);
}

function headLine(view: ProgressView, width: number, paint: Paint): string {
  const { title, counts } = RAYS[view.axis];
  const place = `${view.axisNumber}/${view.axisCount}`;
  const short = `${paint.bold(title)} ${place}  ${paint.accent(view.phase)}`;
  const left = view.remainingMs === null ? "" : `, about ${duration(view.remainingMs)} left`;
  const time = `${duration(view.elapsedMs)}${left}`;
  const long = `${short}  ${paint.dim(counts)}`;
  for (const head of [long, short]) {
    const gap = width - columnsOf(head) - columnsOf(time);
    if (gap >= 2) return head + " ".repeat(gap) + time;
  }
  return fit([short], width);
}

function shareDone({ elapsedMs, remainingMs }: ProgressView): number {
  if (remainingMs === null) return 0;
  const whole = elapsedMs + remainingMs;
  return whole === 0 ? 0 : elapsedMs / whole;
}

function loadParts(view: ProgressView, paint: Paint): string[] {
  const short = view.deliveredPerSec < view.offeredPerSec * 0.99;
  const delivered = `delivered ${rate(view.deliveredPerSec)} of ${rate(view.offeredPerSec)}`;
  return [
    padEnd(load(view.load, view.axis), 14),
    padEnd(short ? paint.warn(delivered) : delivered, 36),
    paint.accent(sparkline(view.history, HISTORY_CELLS)),
  ];
}

function latencyParts(view: ProgressView, paint: Paint): string[] {
  const { latencyP99Ms, deadlineMs } = view;
  const ratio = (latencyP99Ms ?? 0) / deadlineMs;
  const text = `p99 ${latency(latencyP99Ms)} of ${latency(deadlineMs)}${ratio > 1 ? " (late)" : ""}`;
  const tone = ratio > 1 ? paint.bad : ratio > 0.8 ? paint.warn : paint.good;
  const lost = `lost ${percent(view.lostRatio)}`;
  return [
    padEnd(tone(text), 32),
    padEnd(view.lostRatio > 0 ? paint.bad(lost) : lost, 18),
    tone(meter(ratio, HISTORY_CELLS)),
  ];
}

function windowParts(view: ProgressView, paint: Paint): string[] {
  const connected = `${count(view.unitsConnected)} of ${count(view.unitsWanted)} Units connected`;
  const marks = view.verdicts.slice(-VERDICTS_SHOWN).map((verdict) => verdictMark(verdict, paint));
  return [
    padEnd(`${view.windows} done`, 14),
    padEnd(view.unitsConnected < view.unitsWanted ? paint.warn(connected) : connected, 36),
    marks.join(""),
  ];
}

function generatorParts({ generator }: ProgressView, paint: Paint): string[] {
  const { state } = generator;
  const light = {
    healthy: paint.good("● healthy"),
    strained: paint.warn("◐ strained"),
    limited: paint.bad("○ limited: windows do not count"),
  }[state];
  return [
    padEnd(light, 14),
    padEnd(`lateness p99 ${latency(generator.latenessP99Ms)}`, 22),
    `CPU ${percent(generator.cpuRatio)}`,
  ];
}

function estimateParts(view: ProgressView, paint: Paint): string[] {
  return view.estimate === null
    ? [paint.dim("none yet: the load still rises")]
    : [paint.bold(estimateText(view))];
}

function estimateText({ estimate, axis }: ProgressView): string {
  if (estimate === null) return "";
  const text = capacityText({ ...estimate, rated: null }, axis);
  return `${text} (${interval(estimate.low, estimate.high)})`;
}

/** Parts joined by two spaces, as many as fit whole. */
function fit(parts: readonly string[], width: number): string {
  let line = "";
  for (const part of parts) {
    const next = line === "" ? part : `${line}  ${part}`;
    if (columnsOf(next.trimEnd()) > width) break;
    line = next;
  }
  return line.trimEnd();
}
