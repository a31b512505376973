import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generatorFault, type InFlightSums } from "../engine/verdict.ts";
import { InFlightBalance } from "./in-flight-balance.ts";

interface Message {
  readonly sentAtMs: number;
  readonly tookMs: number;
}

/** How a message is entered wrongly. */
interface Fault {
  readonly skewMs?: number;
  /** Every n-th answer is not taken off the count. */
  readonly leakEvery?: number;
}

const WINDOW = { fromMs: 1000, toMs: 6000 } as const;

/** Plays messages in the order of time; gives both sums over the window. */
function play(messages: readonly Message[], { skewMs = 0, leakEvery = 0 }: Fault = {}) {
  const happenings = messages.flatMap((message) => [
    { atMs: message.sentAtMs, message, isEnd: false },
    { atMs: message.sentAtMs + message.tookMs, message, isEnd: true },
  ]);
  const balance = new InFlightBalance();
  let inFlight = 0;
  let ends = 0;
  let events = 0;
  let before = { countedMs: 0, timedMs: 0 };
  let begun = false;
  for (const { atMs, message, isEnd } of happenings.sort((a, b) => a.atMs - b.atMs)) {
    if (!begun && atMs >= WINDOW.fromMs) {
      before = balance.read(WINDOW.fromMs);
      begun = true;
    }
    if (atMs >= WINDOW.toMs) break;
    if (begun) events++;
    if (isEnd) {
      balance.ended(message.sentAtMs, atMs + skewMs);
      if (leakEvery === 0 || ++ends % leakEvery !== 0) inFlight--;
    } else {
      balance.sent(atMs);
      inFlight++;
    }
    balance.count(isEnd ? atMs + skewMs : atMs, inFlight);
  }
  const after = balance.read(WINDOW.toMs);
  return {
    countedMs: after.countedMs - before.countedMs,
    timedMs: after.timedMs - before.timedMs,
    events,
  };
}

const faultOf = (inFlight: InFlightSums) =>
  generatorFault(
    {
      intended: 100,
      unsentByUs: 0,
      latenessP99Ms: 0,
      latenessP999Ms: 0,
      loopDelayMaxMs: 0,
      cpuRatio: 0,
      unaccounted: 0,
      inFlight,
    },
    250,
  );

const messages = (most: number, leastTookMs = 0) =>
  fc.array(
    fc.record({
      sentAtMs: fc.double({ min: 0, max: 7000, noNaN: true }),
      tookMs: fc.double({ min: leastTookMs, max: 3000, noNaN: true }),
    }),
    { maxLength: most, minLength: leastTookMs > 0 ? 20 : 0 },
  );

describe("Little's law over a window", () => {
  test("holds for whatever messages, across the edges and however few", () => {
    fc.assert(
      fc.property(messages(60), (all) => {
        const sums = play(all);
        expect(sums.timedMs).toBeCloseTo(sums.countedMs, 3);
        expect(faultOf(sums)).toBeUndefined();
      }),
      { numRuns: 3000 },
    );
  });

  test("holds while a backlog grows without end", () => {
    const growing = Array.from({ length: 600 }, (_, i) => ({ sentAtMs: i * 10, tookMs: i * 9 }));
    expect(faultOf(play(growing))).toBeUndefined();
  });

  test.each([60, -60])("catches answers timed by a clock that is %i ms off", (skewMs) => {
    const steady = Array.from({ length: 6000 }, (_, i) => ({ sentAtMs: i, tookMs: 40 }));
    expect(faultOf(play(steady))).toBeUndefined();
    expect(faultOf(play(steady, { skewMs }))).toContain("Little's law");
  });

  test("catches answers that are not taken off the count", () => {
    fc.assert(
      fc.property(messages(200, 100), (all) => {
        const early = all.map((one) => ({ ...one, sentAtMs: one.sentAtMs / 7 }));
        expect(faultOf(play(early, { leakEvery: 3 }))).toContain("Little's law");
      }),
      { numRuns: 500 },
    );
  });

  test("says nothing of a window in which nothing was in flight", () => {
    expect(faultOf({ countedMs: 0, timedMs: 0, events: 0 })).toBeUndefined();
  });

  test("ends what was given up at the last time it knew", () => {
    const balance = new InFlightBalance();
    balance.sent(100);
    balance.count(100, 1);
    balance.count(400, 1);
    balance.ended(100);
    balance.count(400, 0);
    expect(balance.read(900)).toEqual({ countedMs: 300, timedMs: 300 });
  });
});
