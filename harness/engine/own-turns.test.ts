import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isOf } from "../axes/unit-source.ts";
import { seededRandom } from "../load/random.ts";
import { poissonPace } from "../plan/pacer.ts";
import { ownTurns } from "./own-turns.ts";

test("every turn of a segment is sent by one thread, at its time", () => {
  const few = fc.integer({ min: 1, max: 6 });
  const pairs = fc.integer({ min: 1, max: 20 });
  fc.assert(
    fc.property(fc.nat(), few, pairs, fc.nat({ max: 1000 }), (seed, of, pairCount, firstTurn) => {
      const schedule = poissonPace(100, 1000, seededRandom(seed));
      const sent = new Map<number, number>();
      for (let index = 0; index < of; index++) {
        const owns = (turn: number) => isOf({ index, of }, turn % (2 * pairCount));
        const { offsetsMs, turns } = ownTurns(schedule, firstTurn, { owns });
        for (const [at, turn] of turns.entries()) {
          expect(sent.has(turn)).toBe(false);
          sent.set(turn, offsetsMs[at] ?? -1);
        }
      }
      const inOrder = [...sent].sort(([a], [b]) => a - b);
      expect(inOrder.map(([turn]) => turn - firstTurn)).toEqual([...schedule.keys()]);
      expect(inOrder.map(([, offset]) => offset)).toEqual([...schedule]);
    }),
  );
});
