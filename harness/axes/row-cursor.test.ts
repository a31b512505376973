import * as fc from "fast-check";
import { expect, test } from "vitest";
import { RowCursor } from "./row-cursor.ts";

const row = (at: number, state: string) => ({
  create_datetime: `2026-01-02T03:04:05.${String(at).padStart(3, "0")}000`,
  state,
});

test("every row is new once, twins of the same millisecond too, however reads cut the list", () => {
  const rows = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom("a", "b")), { maxLength: 40 })
    .map((pairs) => pairs.sort(([a], [b]) => a - b).map(([at, state]) => row(at, state)));
  const cuts = fc.array(fc.nat(40), { maxLength: 6 });
  fc.assert(
    fc.property(rows, cuts, (all, ends) => {
      const cursor = new RowCursor();
      const told = [...ends.toSorted((a, b) => a - b), all.length].flatMap((end) => {
        const { since } = cursor;
        const shown = all
          .slice(0, end)
          .filter(({ create_datetime: at }) => since === undefined || at >= since);
        return cursor.take(shown);
      });
      expect(told).toEqual(all);
    }),
  );
});
