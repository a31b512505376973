/**
 * A message too small for an envelope: every byte is the mark of its step, printable. It says that
 * it is ours and of which step; which message it is only counting tells.
 */
const FIRST = 0x30;
const MARKS = 64;
export const NO_MARK = -1;

/** Steps 64 apart share a mark. */
export const markOf = (step: number): number => step % MARKS;

export function fillCounted(payload: Uint8Array, step: number): void {
  payload.fill(FIRST + markOf(step));
}

/** The mark of the message in `[start, end)`, or NO_MARK when it is none of these or damaged. */
export function readCounted(source: Uint8Array, start: number, end: number): number {
  const first = source[start] ?? 0;
  for (let at = start + 1; at < end; at++) if (source[at] !== first) return NO_MARK;
  return first >= FIRST && first < FIRST + MARKS ? first - FIRST : NO_MARK;
}
