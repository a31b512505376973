/**
 * What a thread's part of a segment has come to at a moment that all threads look at. Parts add up.
 */
export interface Tally {
  /** Which segment of the step, and the how-manieth look at it; all threads count alike. */
  readonly segment: number;
  readonly look: number;
  /** A half second is over, the segment is driven to its end, or the run was stopped by hand. */
  readonly moment: "half" | "end" | "stopped";
  readonly judged: boolean;
  readonly atMs: number;
  /** Planned end of the segment. */
  readonly endMs: number;
  readonly planned: number;
  readonly slots: number;
  readonly bad: number;
  readonly lost: number;
  readonly failed: number;
  /** Since the look before. */
  readonly recentBad: number;
  readonly recentSettled: number;
  readonly inFlight: number;
  /** When the segment began. */
  readonly inFlightBefore: number;
  /** Sessions the other side closed since the segment began. */
  readonly dropped: number;
  /** Why nothing can be sent any more, if so. */
  readonly broken: string | null;
}

const COUNTS = [
  "planned",
  "slots",
  "bad",
  "lost",
  "failed",
  "recentBad",
  "recentSettled",
  "inFlight",
  "inFlightBefore",
  "dropped",
] as const;

/** The whole from what each thread saw at the same look; there must be at least one. */
export function sumTallies(parts: readonly Tally[]): Tally {
  const [first] = parts;
  if (first === undefined) throw new RangeError("no tally to add up");
  const counts = { ...first };
  for (const key of COUNTS) {
    counts[key] = parts.reduce((sum, part) => sum + part[key], 0);
  }
  const atMs = Math.max(...parts.map((part) => part.atMs));
  return { ...counts, atMs, broken: brokenTogether(parts) };
}

/** One thread without a session is a loss; none with any is the end. */
function brokenTogether(parts: readonly Tally[]): string | null {
  const atWork = parts.filter(({ planned }) => planned > 0);
  const asked = atWork.length > 0 ? atWork : parts;
  return asked.some(({ broken }) => broken === null) ? null : (asked[0]?.broken ?? null);
}
