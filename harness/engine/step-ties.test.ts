import { describe, expect, test } from "vitest";
import { Conductor, type Cut } from "./conductor.ts";
import type { LoadStep } from "./measure-step.ts";
import { StepTies } from "./step-ties.ts";
import type { Tally } from "./tally.ts";

const step: LoadStep = {
  kind: "load",
  phase: "refine",
  load: 100,
  settleMs: 0,
  windowMs: 5000,
  windows: 2,
  curtail: true,
  growthRule: true,
};
const calm: Tally = {
  segment: 0,
  look: 1,
  moment: "half",
  judged: true,
  atMs: 500,
  endMs: 5000,
  planned: 500,
  slots: 50,
  bad: 0,
  lost: 0,
  failed: 0,
  recentBad: 0,
  recentSettled: 50,
  inFlight: 5,
  inFlightBefore: 5,
  dropped: 0,
  broken: null,
};
const drowning = { bad: 6, recentBad: 40, inFlight: 90 };
const stalled = { bad: 6, recentBad: 0, inFlight: 0 };
const end = (segment: number, change: Partial<Tally> = {}): Tally => ({
  ...calm,
  segment,
  moment: "end",
  atMs: 5000 * (segment + 1),
  endMs: 5000 * (segment + 1),
  slots: 500,
  ...change,
});

/** Two axes, tied; what each was told to do by the other. */
function two(change: Partial<LoadStep> = {}) {
  const ties = new StepTies({ startMs: 0, leadMs: 100 });
  return [0, 1].map(() => {
    const conductor = new Conductor({
      step: { ...step, ...change },
      maxBadRatio: 0.01,
      leadMs: ties.leadMs,
    });
    const cuts: Cut[] = [];
    const hear = ties.tie(conductor, (cut) => cuts.push(cut));
    return { conductor, cuts, hear };
  });
}

describe("two axes that are driven together", () => {
  test("end together when one of them drowns", () => {
    const [one, other] = two();
    other?.hear(calm, 500);
    one?.hear({ ...calm, ...drowning, atMs: 1000 }, 1000);
    const cut = one?.hear({ ...calm, ...drowning, atMs: 1500, inFlight: 200 }, 1500);
    expect(cut).toEqual({ segment: 0, atMs: 1600, next: false });
    expect(other?.cuts).toEqual([cut]);
    expect(one?.cuts).toEqual([]);
    expect(one?.conductor.windows).toEqual([{ segment: 0, curtailed: true, hard: true }]);
    expect(other?.conductor.windows).toEqual([{ segment: 0, curtailed: true, hard: false }]);
    expect(other?.hear({ ...calm, atMs: 2000 }, 2000)).toBeUndefined();
  });

  test("go on with the next window together when one of them only stalled", () => {
    const [one, other] = two();
    other?.hear(calm, 500);
    one?.hear({ ...calm, ...stalled, atMs: 1000 }, 1000);
    const cut = one?.hear({ ...calm, ...stalled, atMs: 2000 }, 2000);
    expect(cut).toMatchObject({ segment: 0, next: true });
    expect(other?.cuts).toEqual([cut]);
    for (const axis of [one, other]) {
      axis?.hear({ ...end(1), atMs: 7100, endMs: 7100 }, 7100);
      expect(axis?.conductor.windows).toEqual([
        { segment: 0, curtailed: true, hard: false },
        { segment: 1, curtailed: false, hard: false },
      ]);
    }
  });

  test("leave a planned end to each of them", () => {
    const [one, other] = two();
    for (const axis of [one, other]) {
      axis?.hear(end(0), 5000);
      axis?.hear(end(1), 10_000);
    }
    expect([one?.cuts, other?.cuts]).toEqual([[], []]);
    expect(other?.conductor.windows).toHaveLength(2);
  });

  test("drop the window that began on one while the other was found drowned at its end", () => {
    const [one, other] = two();
    const refused = end(0, { failed: 40, bad: 40 });
    other?.hear(end(0), 5000);
    other?.hear({ ...calm, segment: 1, endMs: 10_000 }, 5050);
    one?.hear(refused, 5060);
    expect(other?.cuts).toMatchObject([{ segment: 0, next: false }]);
    expect(other?.conductor.windows).toEqual([{ segment: 0, curtailed: false, hard: false }]);
    expect(other?.hear(end(1), 10_000)).toBeUndefined();
    expect(other?.conductor.windows).toHaveLength(1);
  });

  test("keep to a cut of a window that has not begun on one of them yet", () => {
    const [one, other] = two();
    one?.hear(end(0), 5000);
    one?.hear({ ...calm, segment: 1, endMs: 10_000, broken: "closed" }, 5500);
    expect(other?.cuts).toMatchObject([{ segment: 1, next: false }]);
    expect(other?.conductor.windows).toEqual([]);
    other?.hear(end(0), 5600);
    expect(other?.conductor.windows).toMatchObject([
      { segment: 0, curtailed: false },
      { segment: 1, curtailed: true },
    ]);
  });

  test("give up a settle together, which then stands for the windows", () => {
    const [one, other] = two({ settleMs: 3000 });
    const settling = { ...calm, judged: false, endMs: 3000, recentBad: 50 };
    one?.hear({ ...settling, inFlight: 50 }, 500);
    one?.hear({ ...settling, inFlight: 100, atMs: 1000 }, 1000);
    expect(one?.conductor.settleAborted).toBe(true);
    expect(other?.conductor.settleAborted).toBe(false);
    expect(other?.conductor.windows).toEqual([{ segment: 0, curtailed: true, hard: false }]);
  });
});
