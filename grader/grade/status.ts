/** How an instance is doing: room for all, little room, or none and objectives missed. */
export type Status = "green" | "yellow" | "red";

/** Five minutes of an instance in use. */
export interface StatusBlock {
  /** The least headroom of all axes, 1 − use ÷ rated; null when it is not known. */
  readonly headroom: number | null;
  /** Whether a window of production missed its objective; null without evidence. */
  readonly missed: boolean | null;
}

/** The status and what it remembers. Plain data: it may be stored between blocks. */
export interface StatusState {
  readonly status: Status;
  /** Of the latest blocks, which had little headroom, and which missed; the latest one last. */
  readonly low: readonly boolean[];
  readonly missed: readonly boolean[];
  /** Blocks in a row with room and no objective missed. */
  readonly clean: number;
}

/** Steps and their hysteresis (grading method, 4.4), in blocks of five minutes. */
export const STATUS_RULES = {
  blockMs: 300_000,
  /** Yellow below this headroom, in two of three hours; back above the other. */
  lowHeadroom: 0.1,
  enoughHeadroom: 0.15,
  lowBlocks: 24,
  ofBlocks: 36,
  /** Red at so many missed blocks of the last few, or without headroom; back after a clean hour. */
  missedBlocks: 3,
  ofMissed: 6,
  cleanBlocks: 12,
} as const;

const START: StatusState = { status: "green", low: [], missed: [], clean: 0 };

/** The status after one more block; an instance without a past is green. */
export function statusAfter(before: StatusState | undefined, block: StatusBlock): StatusState {
  const { status, low, missed, clean } = before ?? START;
  const next = {
    low: latest(low, isLow(block), STATUS_RULES.ofBlocks),
    missed: latest(missed, block.missed === true, STATUS_RULES.ofMissed),
    clean: isClean(block) ? clean + 1 : 0,
  };
  if (turnsRed(next, block)) return { status: "red", ...next };
  if (status === "red" && next.clean < STATUS_RULES.cleanBlocks) return { status, ...next };
  // What made it yellow is over: else the hours before would turn it yellow again at once.
  if (hasEnough(block)) return { status: "green", ...next, low: [] };
  const yellow = status === "yellow" || count(next.low) >= STATUS_RULES.lowBlocks;
  return { status: yellow ? "yellow" : "green", ...next };
}

const turnsRed = ({ missed }: Pick<StatusState, "missed">, { headroom }: StatusBlock): boolean =>
  (headroom !== null && headroom <= 0) || count(missed) >= STATUS_RULES.missedBlocks;

const isLow = ({ headroom }: StatusBlock): boolean =>
  headroom !== null && headroom < STATUS_RULES.lowHeadroom;

const hasEnough = ({ headroom }: StatusBlock): boolean =>
  headroom !== null && headroom > STATUS_RULES.enoughHeadroom;

/** No evidence is not a clean block. */
const isClean = ({ headroom, missed }: StatusBlock): boolean =>
  missed === false && headroom !== null && headroom > 0;

const latest = (before: readonly boolean[], now: boolean, most: number): readonly boolean[] =>
  [...before, now].slice(-most);

const count = (flags: readonly boolean[]): number => flags.filter(Boolean).length;
