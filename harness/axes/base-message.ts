import { z } from "zod";

/** Which message of a run it was, as its own words tell. */
export interface BaseMark {
  /** As on the wire: 0 is priming, the steps of the run follow from 1. */
  readonly step: number;
  readonly slot: number;
}

/**
 * A step and a slot in decimal, each of a fixed length, so that a payload's frame stays as it is.
 * All numbers stay below 2^31: there are fields on the way that hold no more.
 */
const STEP_BASE = 1_000_000;
const SLOT_BASE = 1_000_000_000;

/** A payload of which only the digits of its mark are ever rewritten. */
export interface MarkedPayload {
  readonly payload: Buffer;
  readonly stepAt: number;
  readonly slotAt: number;
}

export function writeMark({ payload, stepAt, slotAt }: MarkedPayload, mark: BaseMark): void {
  payload.write(`${STEP_BASE + mark.step}`, stepAt, "latin1");
  payload.write(`${SLOT_BASE + mark.slot}`, slotAt, "latin1");
}

/** What fits a field of 31 bits. */
const asMemory = (runTag: number): number => runTag >>> 1;

/**
 * A state as devices send it: the run is in `mem_alloc`, the step in `millis`, the slot in
 * `mem_free`. It is as long as it must be where `bytes` is too few.
 * @param commit of the program the Unit runs: without it a newer backend refuses the state.
 */
export function stateText(runTag: number, commit: string, bytes: number): string {
  const state = JSON.stringify({
    ifconfig: [],
    millis: STEP_BASE,
    mem_free: SLOT_BASE,
    mem_alloc: asMemory(runTag),
    freq: 240,
    statvfs: [4096, 4096, 512, 400, 400, 0, 0, 0, 0, 255],
    pu_commit_version: commit,
  });
  return `${state.slice(0, -1)}${" ".repeat(Math.max(0, bytes - state.length))}}`;
}

/** A log entry; without a time of its own, so that it gets the server's. */
export function logText(runTag: number, bytes: number): string {
  const words = `loadstone ${STEP_BASE} ${SLOT_BASE} ${asMemory(runTag)} `;
  const bare = JSON.stringify({ level: "Info", text: words }).length;
  return JSON.stringify({ level: "Info", text: words.padEnd(words.length + bytes - bare, ".") });
}

/** Lays a text of `stateText` or `logText` into a payload of its length. */
export function markedPayload(payload: Buffer, text: string): MarkedPayload {
  payload.write(text, "latin1");
  // In both the mark stands before the run, which may look like either of its numbers.
  const stepAt = text.indexOf(`${STEP_BASE}`);
  return { payload, stepAt, slotAt: text.indexOf(`${SLOT_BASE}`, stepAt + 1) };
}

const State = z.object({ mem_alloc: z.number(), millis: z.number(), mem_free: z.number() });

/** The mark of a state that this run sent; undefined for any other. */
export function markOfState(state: unknown, runTag: number): BaseMark | undefined {
  const { data } = State.safeParse(state);
  if (data === undefined || data.mem_alloc !== asMemory(runTag)) return undefined;
  return markOf(data.millis, data.mem_free);
}

/** The mark of a log that this run sent; undefined for any other. */
export function markOfLog(text: string, runTag: number): BaseMark | undefined {
  const [, step, slot, run] = /^loadstone (\d+) (\d+) (\d+) /.exec(text) ?? [];
  if (run !== `${asMemory(runTag)}`) return undefined;
  return markOf(Number(step), Number(slot));
}

function markOf(step: number, slot: number): BaseMark | undefined {
  const mark = { step: step - STEP_BASE, slot: slot - SLOT_BASE };
  return mark.step >= 0 && mark.slot >= 0 ? mark : undefined;
}
