import * as fc from "fast-check";
import { expect, test } from "vitest";
import { PHASES } from "#grader/contracts/trial.ts";
import { columnsOf } from "./paint.ts";
import { type ProgressView, renderProgress, renderProgressLine } from "./progress.ts";

const view: ProgressView = {
  axis: "relay",
  axisNumber: 2,
  axisCount: 5,
  phase: "refine",
  windows: 8,
  verdicts: ["good", "good", "good", "bad", "good", "invalid", "good", "good"],
  load: 4100,
  offeredPerSec: 4100,
  deliveredPerSec: 4096,
  history: [100, 500, 1000, 2000, 4000, 3900, 4100, 4050, 4100, 4000, 4096],
  latencyP99Ms: 143,
  deadlineMs: 250,
  lostRatio: 0,
  unitsConnected: 280,
  unitsWanted: 280,
  generator: { state: "healthy", latenessP99Ms: 2.13, cpuRatio: 0.41 },
  estimate: { value: 4250, low: 3900, high: 4600 },
  elapsedMs: 130_000,
  remainingMs: 192_000,
};
const troubled: ProgressView = {
  ...view,
  phase: "wave",
  deliveredPerSec: 3100,
  latencyP99Ms: 1300,
  lostRatio: 0.02,
  unitsConnected: 212,
  generator: { state: "limited", latenessP99Ms: 90, cpuRatio: 1.02 },
  estimate: null,
  remainingMs: null,
};

test("a running measurement reads as its golden", async () => {
  const blocks = [view, troubled].flatMap((shown) => [
    ...renderProgress(shown, { color: false, width: 100 }),
    "",
    ...renderProgress(shown, { color: false, width: 60 }),
    "",
    renderProgressLine(shown),
    "",
  ]);
  await expect(blocks.join("\n")).toMatchFileSnapshot("../golden/progress.txt");
});

test("always takes the same number of lines, none over the width, so it redraws in place", () => {
  const any = fc.record<ProgressView>({
    axis: fc.constantFrom("link", "relay", "store", "base", "api"),
    axisNumber: fc.integer({ min: 1, max: 5 }),
    axisCount: fc.constant(5),
    phase: fc.constantFrom(...PHASES),
    windows: fc.nat(),
    verdicts: fc.array(fc.constantFrom("good", "bad", "invalid")),
    load: fc.double({ min: 0, max: 1e6, noNaN: true }),
    offeredPerSec: fc.double({ min: 0, max: 1e6, noNaN: true }),
    deliveredPerSec: fc.double({ min: 0, max: 1e6, noNaN: true }),
    history: fc.array(fc.double({ min: 0, max: 1e6, noNaN: true })),
    latencyP99Ms: fc.option(fc.double({ min: 0, max: 60_000, noNaN: true })),
    deadlineMs: fc.double({ min: 1, max: 60_000, noNaN: true }),
    lostRatio: fc.double({ min: 0, max: 1, noNaN: true }),
    unitsConnected: fc.nat(),
    unitsWanted: fc.nat(),
    generator: fc.record({
      state: fc.constantFrom("healthy", "strained", "limited"),
      latenessP99Ms: fc.double({ min: 0, max: 60_000, noNaN: true }),
      cpuRatio: fc.double({ min: 0, max: 4, noNaN: true }),
    }),
    estimate: fc.option(
      fc.record({
        value: fc.double({ min: 0, max: 1e6, noNaN: true }),
        low: fc.double({ min: 0, max: 1e6, noNaN: true }),
        high: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
      }),
    ),
    elapsedMs: fc.nat(),
    remainingMs: fc.option(fc.nat()),
  });
  fc.assert(
    fc.property(any, fc.integer({ min: 30, max: 200 }), (shown, width) => {
      const lines = renderProgress(shown, { color: true, width });
      expect(lines).toHaveLength(7);
      expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(width);
    }),
  );
});

test("what goes to a log is one plain line", () => {
  const line = renderProgressLine(view);
  expect([line.includes("\u001b"), line.includes("\n")]).toEqual([false, false]);
});
