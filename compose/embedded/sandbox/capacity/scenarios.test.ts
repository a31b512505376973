import { expect, test } from "vitest";
import { seededRandom } from "../random.ts";
import type { ServiceModel } from "./model.ts";
import { SCENARIOS, type ScenarioId } from "./scenarios.ts";
import { createService } from "./service.ts";

const WINDOW_MS = 10_000;
const WARM_MS = 40_000;
const DRAIN_MS = 5000;
const WINDOWS = 15;

interface Watched {
  readonly deadlineMs: number;
  readonly perSec: number;
  readonly seed: number;
}

/**
 * Share of 10-s windows of 150 s in which 99 of 100 are in time and what is under way grows by no
 * more than 1 % of what was sent (or 10 pieces), from a warm and drained start.
 */
function goodWindows(model: ServiceModel, { deadlineMs, perSec, seed }: Watched): number {
  const arrivals = seededRandom(seed + 1000);
  const service = createService(model, seededRandom(seed));
  const endMs = WARM_MS + WINDOWS * WINDOW_MS;
  const windows = Array.from({ length: WINDOWS }, () => ({ sent: 0, bad: 0, startMs: 0 }));
  let good = 0;
  const judge = (at: number, nowMs: number) => {
    const window = windows[at];
    if (window === undefined) return;
    const grownMs = service.backlogMs(nowMs) - window.startMs;
    const grown = (grownMs * (model.perSec ?? 0)) / 1000;
    const isDrained = grown <= Math.max(window.sent / 100, 10);
    if (window.bad <= window.sent / 100 && isDrained) good++;
  };
  let open = -1;
  for (let nowMs = 0; nowMs < endMs; ) {
    const isWarming = nowMs < WARM_MS;
    // Warm at 80 %, then drained before the first window.
    const rate = isWarming ? (model.perSec ?? 0) * 0.8 : perSec;
    const dueMs = service.arrive(nowMs);
    const at = Math.floor((nowMs - WARM_MS) / WINDOW_MS);
    if (at !== open && at >= 0) {
      judge(open, nowMs);
      open = at;
      const window = windows[at];
      if (window !== undefined) window.startMs = service.backlogMs(nowMs);
    }
    const window = windows[at];
    if (window !== undefined) {
      window.sent++;
      if (dueMs === undefined || dueMs - nowMs > deadlineMs) window.bad++;
    }
    nowMs += (-Math.log(1 - arrivals()) * 1000) / rate;
    if (isWarming && nowMs >= WARM_MS - DRAIN_MS) nowMs = WARM_MS;
  }
  judge(open, endMs);
  return good / WINDOWS;
}

const SEEDS = [1, 2, 3, 4] as const;

function meanGood(id: ScenarioId, share: number, deadlineMs: number): number {
  const perSec = 400;
  const model = { ...SCENARIOS[id], perSec };
  const each = SEEDS.map((seed) =>
    goodWindows(model, { deadlineMs, perSec: perSec * share, seed }),
  );
  return each.reduce((sum, good) => sum + good, 0) / each.length;
}

/** Capacity of the method's own simulation as a share of the nominal rate (grading, table of 1.1). */
test.each([
  ["A-cliff", 0.972, 250],
  ["B-knee", 0.905, 250],
  ["C-noisy", 0.858, 250],
  ["D-drift", 0.911, 250],
  ["F-cold", 0.964, 250],
  ["G-policer", 1.0, 250],
  ["H-shaper", 0.999, 2000],
  ["I-hyst", 0.946, 250],
  ["J-store", 0.947, 7000],
] as const)("%s holds up to about %d of its rate, and no further", (id, share, deadlineMs) => {
  expect(meanGood(id, share * 0.92, deadlineMs)).toBeGreaterThan(0.9);
  expect(meanGood(id, share * 1.09, deadlineMs)).toBeLessThan(0.75);
});

test("E-pauses spoils about a quarter of all windows at any load", () => {
  const atHalf = meanGood("E-pauses", 0.5, 250);
  expect(atHalf).toBeGreaterThan(0.6);
  expect(atHalf).toBeLessThan(0.9);
  expect(meanGood("E-pauses", 1.06, 250)).toBeLessThan(0.35);
});
