import { describe, expect, test } from "vitest";
import { Conductor } from "./conductor.ts";
import type { LoadStep } from "./measure-step.ts";
import { sumTallies, type Tally } from "./tally.ts";

const step: LoadStep = {
  kind: "load",
  phase: "wave",
  load: 100,
  settleMs: 0,
  windowMs: 5000,
  windows: 3,
  curtail: true,
  growthRule: true,
};

const open = (change: Partial<LoadStep> = {}, leadMs = 0) =>
  new Conductor({ step: { ...step, ...change }, maxBadRatio: 0.01, leadMs });

/** A window of 500 messages, calm unless told otherwise. */
const tally = (change: Partial<Tally> = {}): Tally => ({
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
  ...change,
});
const end = (segment: number) => tally({ segment, moment: "end", atMs: 5000, slots: 500 });

describe("a conductor", () => {
  test("lets calm windows run to their planned end, one after the other", () => {
    const conductor = open();
    expect(conductor.hear(tally(), 500)).toBeUndefined();
    expect([0, 1].map((segment) => conductor.hear(end(segment), 5000))).toEqual([
      undefined,
      undefined,
    ]);
    expect(conductor.hear(end(2), 5000)).toMatchObject({ next: false });
    expect(conductor.windows).toEqual(
      [0, 1, 2].map((segment) => ({ segment, curtailed: false, hard: false })),
    );
  });

  test("cuts a window whose verdict stands, a second later, and goes on with the next", () => {
    const conductor = open();
    const stalled = { bad: 6, recentBad: 0, inFlight: 0 };
    expect(conductor.hear(tally({ ...stalled, atMs: 1000 }), 1000)).toBeUndefined();
    expect(conductor.hear(tally({ ...stalled, atMs: 1500 }), 1500)).toBeUndefined();
    const cut = conductor.hear(tally({ ...stalled, atMs: 2000 }), 2001);
    expect(cut).toEqual({ segment: 0, atMs: 2001, next: true });
    expect(conductor.windows).toEqual([{ segment: 0, curtailed: true, hard: false }]);
    expect(conductor.hear(tally({ ...stalled, atMs: 2500 }), 2500)).toBeUndefined();
  });

  test.each([
    [1502, 1600],
    [1549, 1600],
    [1700, 1750],
  ])("that hears at %i of overload at 1500 has every thread cut at %i", (heardMs, atMs) => {
    const conductor = open({}, 100);
    const bad = { bad: 6, recentBad: 40, inFlight: 90 };
    conductor.hear(tally({ ...bad, atMs: 1000 }), 1000);
    const cut = conductor.hear(tally({ ...bad, atMs: 1500, inFlight: 200 }), heardMs);
    expect(cut).toEqual({ segment: 0, atMs, next: false });
  });

  test("leaves to its planned end a window that a cut would not reach before", () => {
    const conductor = open({}, 100);
    const stalled = { bad: 6, inFlight: 0 };
    conductor.hear(tally({ ...stalled, atMs: 3900 }), 3900);
    expect(conductor.hear(tally({ ...stalled, atMs: 4950 }), 4951)).toBeUndefined();
    conductor.hear({ ...end(0), bad: 6 }, 5001);
    expect(conductor.windows).toEqual([{ segment: 0, curtailed: false, hard: false }]);
  });

  test("ends the step at overload, and drops what has begun since", () => {
    const conductor = open();
    const refused = { ...end(0), failed: 30, bad: 30 };
    expect(conductor.hear(refused, 5010)).toEqual({ segment: 0, atMs: 5010, next: false });
    expect(conductor.hear(tally({ segment: 1 }), 5500)).toBeUndefined();
    expect(conductor.windows).toEqual([{ segment: 0, curtailed: false, hard: true }]);
  });

  test("takes a settle of plain overload for the windows", () => {
    const conductor = open({ settleMs: 3000 });
    const drowning = { judged: false, endMs: 3000, recentBad: 50 };
    expect(conductor.hear(tally({ ...drowning, inFlight: 50 }), 500)).toBeUndefined();
    expect(conductor.hear(tally({ ...drowning, inFlight: 100 }), 1000)).toMatchObject({
      next: false,
    });
    expect(conductor.settleAborted).toBe(true);
    expect(conductor.windows).toEqual([{ segment: 0, curtailed: true, hard: true }]);
    expect(conductor.harmSec).toBe(1);
  });

  test("counts no settle that went well", () => {
    const conductor = open({ settleMs: 3000, windows: 1 });
    conductor.hear(tally({ judged: false, moment: "end", atMs: 3000, endMs: 3000 }), 3000);
    conductor.hear(end(1), 8000);
    expect(conductor.windows).toEqual([{ segment: 1, curtailed: false, hard: false }]);
  });
});

describe("the tallies of several threads", () => {
  test("add up", () => {
    const sum = sumTallies([tally({ bad: 1, dropped: 2 }), tally({ bad: 3, inFlight: 7 })]);
    expect(sum).toMatchObject({ planned: 1000, slots: 100, bad: 4, dropped: 2, inFlight: 12 });
  });

  test("are broken when every thread that has work is", () => {
    const broken = tally({ broken: "closed" });
    const idle = tally({ planned: 0 });
    expect(sumTallies([broken, tally()]).broken).toBeNull();
    expect(sumTallies([broken, broken]).broken).toBe("closed");
    expect(sumTallies([idle, broken]).broken).toBe("closed");
  });
});
