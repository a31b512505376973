import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type BaseMix, baseTurn, stateShare } from "./base-mix.ts";

const TEN_TO_ONE: BaseMix = { states: 10, logs: 1 };

test("ten states are followed by a log", () => {
  const kinds = Array.from({ length: 22 }, (_, turn) => baseTurn(TEN_TO_ONE, turn).kind);
  expect(kinds.flatMap((kind, turn) => (kind === "log" ? turn : []))).toEqual([10, 21]);
});

test("each kind is numbered by itself, without a gap, whatever the mix", () => {
  const mixes = fc.record({ states: fc.nat(20), logs: fc.nat(20) });
  fc.assert(
    fc.property(
      mixes.filter(({ states, logs }) => states + logs > 0),
      fc.nat(200),
      (mix, length) => {
        const seen = { state: 0, log: 0 };
        for (let turn = 0; turn < length; turn++) {
          const { kind, nth } = baseTurn(mix, turn);
          expect(nth).toBe(seen[kind]++);
        }
        expect(Math.abs(seen.state - length * stateShare(mix))).toBeLessThanOrEqual(1);
      },
    ),
  );
});
