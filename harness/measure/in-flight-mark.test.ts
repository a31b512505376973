import { expect, test } from "vitest";
import { FlushMark } from "./in-flight-mark.ts";
import { Ledger } from "./ledger.ts";

const FLUSH_MS = 5000;
const SETTLE_MS = 6000;
const WINDOW_MS = 20_000;
const STEP_MS = 20;

/**
 * Messages every 20 ms through a target that works so many of them off a second and shows what it
 * has every 5 s; gives the growth that the window saw.
 */
function growth(worksPerSec: number): { grown: number; planned: number } {
  const ledger = new Ledger(60_000, 1);
  const mark = new FlushMark(ledger, FLUSH_MS);
  ledger.beginSegment(false, 0, SETTLE_MS / STEP_MS);
  let shown = 0;
  let segment;
  const endMs = SETTLE_MS + WINDOW_MS;
  for (let atMs = 0; atMs < endMs; atMs += STEP_MS) {
    if (atMs === SETTLE_MS) {
      segment = ledger.beginSegment(true, atMs, WINDOW_MS / STEP_MS);
      mark.begin(segment, endMs);
    }
    mark.note(atMs);
    ledger.sent(ledger.due(atMs), atMs, 0);
    if (atMs % FLUSH_MS !== 0) continue;
    const worked = Math.min(ledger.slots, Math.floor((atMs * worksPerSec) / 1000));
    for (; shown < worked; shown++) ledger.arrivedInOrder(shown, 0, atMs);
  }
  if (segment === undefined) throw new Error("no window");
  mark.end(segment);
  return {
    grown: segment.inFlightEnd - segment.inFlightStart,
    planned: segment.plannedCount,
  };
}

test("a target that keeps up does not grow, however high in-flight is between two flushes", () => {
  expect(growth(1000).grown).toBeLessThanOrEqual(1);
});

test("a target a tenth too slow grows by a tenth of what three flush periods brought", () => {
  const { grown, planned } = growth(45);
  expect(grown).toBeGreaterThan(0.05 * planned);
  expect(grown).toBeLessThan(0.12 * planned);
});
