import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { median, rowOf } from "./rows.ts";
import { MeasuredRow } from "./schema.ts";
import { workOf } from "./works.ts";

const scale = { quick: false };
const flood = workOf("qos0-single", scale);

describe("a row", () => {
  test("has each figure as the median of its rounds, so that one bad round does not show", () => {
    const rounds = [
      { messages: 1000, cpuMs: 6, wallMs: 10 },
      { messages: 1000, cpuMs: 90, wallMs: 500 },
      { messages: 1000, cpuMs: 5, wallMs: 10 },
    ];
    expect(rowOf(flood, "paho", "sink", rounds)).toEqual({
      work: "qos0-single",
      client: "paho",
      target: "sink",
      rounds: 3,
      messages: 1000,
      cpuSecPerMillion: 6,
      cpuSpread: 14.17,
      perSec: 100_000,
      cpuRatio: 0.5,
    });
  });

  test("gives the memory of sessions that were held, not of those that only connected", () => {
    const round = {
      cpuMs: 9,
      wallMs: 10,
      connections: 5,
      connectPerSec: 500,
      rssKbPerConnection: 4,
    };
    const held = rowOf(workOf("idle-1000", scale), "paho", "sink", [round]);
    const connected = rowOf(workOf("connect-10000", scale), "paho", "sink", [round]);
    expect(held).toMatchObject({ rssKbPerConnection: 4, connectPerSec: 500 });
    expect(connected).not.toHaveProperty("rssKbPerConnection");
    expect(connected).toMatchObject({ connectPerSec: 500 });
  });

  test.each([
    [{ messages: 20_000, sendErrorP50Ms: 0.2 }, true],
    [{ messages: 19_000, sendErrorP50Ms: 0.2 }, false],
    [{ messages: 20_000, sendErrorP50Ms: 300 }, false],
  ])("says of %j in a second whether 20,000 were kept", (figures, kept) => {
    const round = { ...figures, cpuMs: 300, wallMs: 1000 };
    expect(rowOf(workOf("open-20000", scale), "paho", "sink", [round]).heldRate).toBe(kept);
  });

  test("fits its schema whatever the rounds were", () => {
    const amount = fc.double({ min: 0.001, max: 1e6, noNaN: true });
    const round = fc.record({
      messages: fc.integer({ min: 1, max: 1e6 }),
      cpuMs: amount,
      wallMs: amount,
      sendErrorP99Ms: fc.option(amount, { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(round, { minLength: 1, maxLength: 5 }), (rounds) => {
        expect(MeasuredRow.safeParse(rowOf(flood, "raw-c", "sink", rounds)).error).toBeUndefined();
      }),
    );
  });
});

test("a median is one of the values, with as many below as above", () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const middle = median(values);
      expect(values).toContain(middle);
      const below = values.filter((value) => value < middle).length;
      const above = values.filter((value) => value > middle).length;
      expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
    }),
  );
});
