import { DEPTH_CONSTANTS } from "#grader/capacity/depths.ts";
import { windowLengthMs } from "#grader/capacity/window-length.ts";
import type { Depth } from "#grader/contracts/capacity.ts";
import { type BaseMix, stateShare } from "../axes/base-mix.ts";
import { STATE_EVERY_MS, stateRestMs } from "../axes/base-rest.ts";

export interface BaseTraffic {
  readonly mix: BaseMix;
  /** Log entries a second of one Unit at most. */
  readonly logsPerUnitPerSec: number;
}

/** Until a Unit may send its next state, with the time the last one may have taken to be seen. */
const cycleSec = (stateEveryMs: number): number => (stateRestMs(stateEveryMs) + 5000) / 1000;

/**
 * A search goes up by so much at a time. The Units that the next wave needs are made ready with
 * this one's: each new Unit sends one state to begin with and rests a minute before it may send more.
 */
export const NEXT_WAVE = 3;
/** More than this, and a run would be resting for most of its time. */
const FOR_A_STEP = 1.6;
/** A random schedule gets through a round of Units sooner than its mean by so many deviations. */
const DEVIATIONS = 4;
/** It may have so many times the messages of its mean. */
const UNEVEN = 1.15;

/** Units that make ready for a load, even because they come in pairs. */
export function baseUnitsFor(
  load: number,
  { mix }: BaseTraffic,
  maxUnits: number,
  stateEveryMs = STATE_EVERY_MS,
): number {
  return Math.min(maxUnits, baseUnitsForEver(NEXT_WAVE * load, mix, stateEveryMs));
}

/** Units that offer a load for as long as one likes. */
export function baseUnitsForEver(
  load: number,
  mix: BaseMix,
  stateEveryMs = STATE_EVERY_MS,
): number {
  const states = load * stateShare(mix) * cycleSec(stateEveryMs);
  // So many that their quickest round is as long: N − 4·√N ≥ states, solved for N.
  const half = DEVIATIONS / 2;
  const units = states === 0 ? 0 : (half + Math.sqrt(half * half + states)) ** 2;
  return 2 * Math.max(1, Math.ceil(units / 2));
}

/** Units that log: few, so that few lists have to be read back. */
export const baseLoggersFor = (
  maxLoad: number,
  { mix, logsPerUnitPerSec }: BaseTraffic,
  units: number,
): number =>
  Math.max(1, Math.min(units, Math.ceil((maxLoad * (1 - stateShare(mix))) / logsPerUnitPerSec)));

/** Seconds of the longest step that a search may take at a load. */
export function longestStepSec(load: number, depth: Depth): number {
  const { settleMs, windowsPerStep, soakSettleMs, soakWindows } = DEPTH_CONSTANTS[depth];
  const windowMs = windowLengthMs(load, depth);
  const stepMs = settleMs + windowsPerStep * windowMs;
  return Math.max(stepMs, soakSettleMs + soakWindows * windowMs) / 1000;
}

/**
 * Most base messages a second that so many Units can offer: what they send by themselves, each as
 * often as it may; and somewhat more where a step is so short that each sends but once in it, and
 * rests before the next.
 */
export function mostBasePerSec(units: number, traffic: BaseTraffic, depth: Depth): number {
  const { mix, logsPerUnitPerSec } = traffic;
  const share = stateShare(mix);
  const perSec = (each: number) => each / cycleSec(STATE_EVERY_MS) / share;
  const endless = perSec(Math.max(1, units - DEVIATIONS * Math.sqrt(units)));
  const fits = (load: number) => UNEVEN * load * share * longestStepSec(load, depth) <= units;
  let byStates = FOR_A_STEP * perSec(units);
  while (byStates > endless && !fits(byStates)) byStates *= 0.98;
  const byLogs = (units * logsPerUnitPerSec) / (1 - share);
  return Math.min(Math.max(endless, byStates), byLogs);
}
