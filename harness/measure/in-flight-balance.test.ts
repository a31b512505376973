import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generatorFault, type InFlightSums } from "../engine/verdict.ts";
import { InFlightBalance } from "./in-flight-balance.ts";
import { Ledger } from "./ledger.ts";

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
  let begun = false;
  balance.begin(0);
  for (const { atMs, message, isEnd } of happenings.sort((a, b) => a.atMs - b.atMs)) {
    if (!begun && atMs >= WINDOW.fromMs) {
      balance.begin(WINDOW.fromMs);
      begun = true;
    }
    if (atMs >= WINDOW.toMs) break;
    if (begun) events++;
    if (isEnd) {
      if (leakEvery === 0 || ++ends % leakEvery !== 0) inFlight--;
      balance.answered(message.sentAtMs, atMs + skewMs, inFlight);
    } else {
      inFlight++;
      balance.sent(atMs, inFlight);
    }
  }
  return { ...balance.end(WINDOW.toMs), events };
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
    balance.begin(0);
    balance.sent(100, 1);
    balance.pass(400);
    balance.ended(100, 0);
    expect(balance.end(900)).toEqual({ countedMs: 300, timedMs: 300 });
  });

  test("says nothing once a message that is still out was forgotten", () => {
    const balance = new InFlightBalance();
    balance.begin(0);
    balance.sent(100, 1);
    balance.giveUp();
    expect(balance.end(900)).toEqual({ countedMs: 0, timedMs: 0 });
  });

  test("holds in the ledger, whatever becomes of its messages", () => {
    const gapMs = fc.double({ min: 0, max: 40, noNaN: true });
    const doing = fc.record({
      what: fc.constantFrom("send", "send", "answer", "answer", "again", "fail", "tick"),
      which: fc.nat(30),
      gapMs,
    });
    fc.assert(
      fc.property(fc.array(doing, { minLength: 5, maxLength: 200 }), (doings) => {
        const ledger = new Ledger(250, 3);
        const segment = ledger.beginSegment(true, 1000, doings.length);
        const streams: number[] = [];
        let atMs = 1000;
        for (const { what, which, gapMs: later } of doings) {
          atMs += later;
          const slot = Math.max(0, ledger.slots - 1 - which);
          if (what === "send") streams.push(which % 3);
          if (what === "send") ledger.sent(ledger.due(atMs), atMs, which % 3);
          else if (what === "tick") ledger.expire(atMs);
          else if (ledger.slots === 0) continue;
          else if (what === "fail") ledger.failed(slot, "timeout");
          else if (what === "again") ledger.arrived(slot, atMs);
          else ledger.arrivedInOrder(slot, streams[slot] ?? 0, atMs);
        }
        ledger.endSegment(segment, atMs);
        expect(segment.inFlightTimedMs).toBeCloseTo(segment.inFlightCountedMs, 3);
      }),
      { numRuns: 2000 },
    );
  });
});
