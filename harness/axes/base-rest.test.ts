import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planRests, STATE_EVERY_MS, stateRestMs, StateRests } from "./base-rest.ts";

const MINUTE_MS = 60_000;
const REST_MS = stateRestMs(STATE_EVERY_MS);

describe("a Unit's rest", () => {
  test("begins when its state was seen, not when it was sent", () => {
    const rests = new StateRests();
    rests.offered(3, 0, REST_MS);
    expect(rests.isFree(3, 2 * MINUTE_MS)).toBe(false);
    rests.accepted(3, 4000, REST_MS);
    expect(rests.isFree(3, 4000 + MINUTE_MS)).toBe(false);
    expect(rests.isFree(3, 4000 + REST_MS)).toBe(true);
  });

  test("of a state never seen begins when it is given up", () => {
    const rests = new StateRests();
    rests.offered(3, 0, REST_MS);
    rests.offered(4, 0, REST_MS);
    rests.accepted(4, 1000, REST_MS);
    rests.givenUp(20_000);
    expect(rests.resting(20_000)).toEqual([
      { unit: 3, freeAtMs: 20_000 + REST_MS },
      { unit: 4, freeAtMs: 1000 + REST_MS },
    ]);
  });

  test("of a state that nobody gives up ends in any case", () => {
    const rests = new StateRests();
    rests.offered(3, 0, REST_MS);
    expect(rests.isFree(3, MINUTE_MS + REST_MS)).toBe(true);
  });

  test("is not begun anew by a state of another run or one that is read twice", () => {
    const rests = new StateRests();
    rests.accepted(3, 1000, REST_MS);
    expect(rests.isFree(3, 1000)).toBe(true);
    rests.offered(3, 1500, REST_MS);
    rests.accepted(3, 2000, REST_MS);
    rests.accepted(3, 30_000, REST_MS);
    expect(rests.resting(30_000)).toEqual([{ unit: 3, freeAtMs: 2000 + REST_MS }]);
  });
});

const QUIET = {
  units: 4,
  resting: [],
  nowMs: 100_000,
  statesPerSec: 1,
  states: 4,
  restMs: REST_MS,
  deadlineMs: 5000,
};

describe("planning who sends when", () => {
  test("fresh Units send at once, in the order of the run", () => {
    expect(planRests(QUIET)).toEqual({ order: [0, 1, 2, 3], startMs: 100_000, mostStates: 4 });
  });

  test("a step waits for those it needs, and for no others", () => {
    const resting = [
      { unit: 0, freeAtMs: 150_000 },
      { unit: 2, freeAtMs: 130_000 },
    ];
    const { order, startMs } = planRests({ ...QUIET, resting });
    expect(order).toEqual([1, 3, 2, 0]);
    expect(startMs).toBe(150_000);
    expect(planRests({ ...QUIET, resting, states: 3 }).startMs).toBe(130_000);
    expect(planRests({ ...QUIET, resting, states: 2 }).startMs).toBe(100_000);
  });

  test("enough Units go round without end, few ones only once", () => {
    const round = { ...QUIET, statesPerSec: 2, states: 1000 };
    expect(planRests({ ...round, units: 100 }).mostStates).toBe(100);
    expect(planRests({ ...round, units: 200 }).mostStates).toBe(Infinity);
  });

  test("no Unit is asked before its time, however the sends of the schedule fall", () => {
    const restings = fc.uniqueArray(
      fc.record({ unit: fc.nat(39), freeAtMs: fc.integer({ min: 0, max: 90_000 }) }),
      { selector: ({ unit }) => unit },
    );
    fc.assert(
      fc.property(restings, fc.integer({ min: 1, max: 40 }), (resting, states) => {
        const question = { ...QUIET, nowMs: 0, units: 40, resting, states };
        const { order, startMs } = planRests(question);
        const freeAt = new Map(resting.map(({ unit, freeAtMs }) => [unit, freeAtMs]));
        for (const [place, unit] of order.slice(0, states).entries()) {
          // Four deviations ahead of the mean, at one state a second.
          const sentAtMs = startMs + 1000 * Math.max(0, place - 4 * Math.sqrt(place) - 1);
          expect(freeAt.get(unit) ?? 0).toBeLessThanOrEqual(sentAtMs);
        }
      }),
    );
  });
});
