import * as fc from "fast-check";
import { expect, test } from "vitest";
import { mergeSegments, newSegment, type Segment, segmentValue } from "./segment.ts";

const open = (): Segment =>
  newSegment({ judged: true, startedAtMs: 100, plannedCount: 0, firstSlot: 0 });

const ends = ["good", "late", "lost", "failed", "unsent"] as const;
const outcome = fc.record({
  end: fc.constantFrom(...ends),
  ms: fc.double({ min: 0, max: 90_000, noNaN: true }),
  error: fc.constantFrom("timeout", "disconnected"),
  part: fc.nat(3),
});

function count(segment: Segment, { end, ms, error }: { end: string; ms: number; error: string }) {
  segment.plannedCount++;
  segment.slots++;
  segment[end as (typeof ends)[number]]++;
  if (end === "failed") segment.errorClasses.set(error, (segment.errorClasses.get(error) ?? 0) + 1);
  if (end !== "good" && end !== "late") return;
  segment.latency.record(ms);
  segment.service.record(ms / 2);
  segment.lateness.record(ms / 3);
}

test("parts of a segment add up to the segment, in any order, posted between threads or not", () => {
  fc.assert(
    fc.property(fc.array(outcome), (outcomes) => {
      const whole = open();
      const parts = [open(), open(), open(), open()];
      for (const one of outcomes) {
        count(whole, one);
        const part = parts[one.part];
        if (part !== undefined) count(part, one);
      }
      const values = parts.map((part) => segmentValue(part));
      const merged = mergeSegments(values);
      expect(merged).toEqual(segmentValue(whole));
      expect(mergeSegments(structuredClone(values).toReversed())).toEqual(merged);
      const [first, second, ...rest] = values;
      if (first === undefined || second === undefined) throw new Error("four parts");
      expect(mergeSegments([mergeSegments([first, second]), ...rest])).toEqual(merged);
    }),
  );
});

test("a segment lasts from the first part's start to the last part's end", () => {
  const early = segmentValue({ ...open(), startedAtMs: 90, endedAtMs: 190 });
  const late = segmentValue({ ...open(), startedAtMs: 95, endedAtMs: 200 });
  expect(mergeSegments([late, early])).toMatchObject({ startedAtMs: 90, endedAtMs: 200 });
});
