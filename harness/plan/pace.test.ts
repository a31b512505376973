import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { meanPerSec, type Pace, pacerOf, peakPerSec } from "./pace.ts";

const unused = () => 0;
const whole = (pace: Pace, durationMs: number, seed = 1): number[] => [
  ...pacerOf(pace, seed)(0, durationMs, unused, 0),
];

/** The same schedule, asked for piece by piece. */
function pieced(pace: Pace, lengthsMs: readonly number[], seed = 1): number[] {
  const pacer = pacerOf(pace, seed);
  let fromMs = 0;
  return lengthsMs.flatMap((lengthMs) => {
    const offsets = [...pacer(0, lengthMs, unused, fromMs)].map((atMs) => atMs + fromMs);
    fromMs += lengthMs;
    return offsets;
  });
}

const rate = fc.integer({ min: 0, max: 300 });
const arrivals = fc.constantFrom("constant" as const, "poisson" as const);
const offsets = fc
  .array(fc.integer({ min: 0, max: 4999 }), { minLength: 1, maxLength: 60 })
  .map((all) => all.toSorted((a, b) => a - b));
const points = fc
  .array(fc.record({ gapMs: fc.integer({ min: 0, max: 900 }), perSec: rate }), {
    minLength: 2,
    maxLength: 8,
  })
  .map((all) => {
    let atMs = 0;
    return all.map(({ gapMs, perSec }, i) => ({ atMs: i === 0 ? 0 : (atMs += gapMs + 1), perSec }));
  });
const anyPace: fc.Arbitrary<Pace> = fc.oneof(
  fc.record({ kind: fc.constant("steady" as const), perSec: rate, arrivals }),
  fc.record({
    kind: fc.constant("ramp" as const),
    fromPerSec: rate,
    toPerSec: rate,
    overMs: fc.integer({ min: 1000, max: 6000 }),
    arrivals,
  }),
  fc.record({
    kind: fc.constant("ramp" as const),
    fromPerSec: rate,
    toPerSec: rate,
    overMs: fc.integer({ min: 1000, max: 6000 }),
    steps: fc.integer({ min: 1, max: 9 }),
    arrivals,
  }),
  fc.record({
    kind: fc.constant("replay" as const),
    recording: fc.oneof(
      offsets.map((offsetsMs) => ({ offsetsMs, lengthMs: 5000 })),
      points.map((all) => ({ points: all })),
    ),
    speed: fc.constantFrom(0.5, 1, 3),
    repeat: fc.boolean(),
    arrivals,
  }),
);

describe("any pace", () => {
  test("rises, stays inside its duration, and is the same again for the same seed", () => {
    fc.assert(
      fc.property(anyPace, fc.integer({ min: 500, max: 9000 }), fc.nat(), (pace, ms, seed) => {
        const sends = whole(pace, ms, seed);
        expect(sends.every((at, i) => i === 0 || at >= (sends[i - 1] ?? 0))).toBe(true);
        expect(sends[0] ?? 0).toBeGreaterThanOrEqual(0);
        expect(sends.at(-1) ?? 0).toBeLessThan(ms);
        expect(pacerOf(pace, seed)(0, ms, unused, 0)).toEqual(Float64Array.from(sends));
      }),
    );
  });

  test("is the same schedule however its duration is split, Poisson too", () => {
    const split = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(anyPace, split, (pace, lengthsMs) => {
        const sends = whole(
          pace,
          lengthsMs.reduce((sum, ms) => sum + ms, 0),
        );
        const parts = pieced(pace, lengthsMs);
        expect(parts).toHaveLength(sends.length);
        expect(parts.every((at, i) => Math.abs(at - (sends[i] ?? 0)) < 1e-6)).toBe(true);
      }),
    );
  });

  test("keeps its mean within what chance allows, and its peak", () => {
    fc.assert(
      fc.property(anyPace, fc.nat(), (pace, seed) => {
        const ms = 6000;
        const expected = (meanPerSec(pace, ms) * ms) / 1000;
        const isPoisson = pace.arrivals === "poisson";
        const isRecorded = pace.kind === "replay" && "offsetsMs" in pace.recording;
        // A recording's mean is that of whole rounds; a duration may end in the midst of one.
        const slack = isRecorded ? Infinity : isPoisson ? 5.5 * Math.sqrt(expected) + 6 : 1;
        expect(Math.abs(whole(pace, ms, seed).length - expected)).toBeLessThanOrEqual(slack);
        expect(meanPerSec(pace, ms)).toBeLessThanOrEqual(
          peakPerSec(pace) + 1e-6 + (isRecorded ? 60 : 0),
        );
      }),
    );
  });
});

const even = { arrivals: "constant" } as const;

describe("a steady pace", () => {
  test("of one a second is still exact after a day", () => {
    const day = whole({ kind: "steady", perSec: 1, ...even }, 86_400_000);
    expect(day).toHaveLength(86_400);
    expect(day.at(-1)).toBe(86_399_000);
  });

  test.each([19, 7.3, 1 / 3, 4999])(
    "of %d a second, ten seconds at a time, loses none",
    (perSec) => {
      const tenSeconds = Array.from({ length: 60 }, () => 10_000);
      const sends = pieced({ kind: "steady", perSec, ...even }, tenSeconds);
      expect(sends).toHaveLength(Math.ceil(perSec * 600 - 1e-6));
      expect(sends.every((at, i) => Math.abs(at - (i * 1000) / perSec) < 1e-5)).toBe(true);
    },
  );
});

describe("a ramp", () => {
  test("sends as many as the area under it, closer and closer", () => {
    const ramp: Pace = { kind: "ramp", fromPerSec: 0, toPerSec: 100, overMs: 10_000, ...even };
    const sends = whole(ramp, 10_000);
    expect(sends).toHaveLength(500);
    // After t seconds 5·t² are due.
    expect(sends.every((at, n) => Math.abs(5 * (at / 1000) ** 2 - n) < 1e-9 * (n + 1))).toBe(true);
  });

  test("may fall to nothing", () => {
    const ramp: Pace = { kind: "ramp", fromPerSec: 100, toPerSec: 0, overMs: 2000, ...even };
    expect(whole(ramp, 3000)).toHaveLength(100);
  });

  test("in steps holds each rate for its share of the time", () => {
    const ramp: Pace = {
      kind: "ramp",
      fromPerSec: 10,
      toPerSec: 30,
      overMs: 3000,
      steps: 3,
      ...even,
    };
    const seconds = [0, 1, 2].map(
      (sec) => whole(ramp, 3000).filter((at) => Math.floor(at / 1000 + 1e-9) === sec).length,
    );
    expect(seconds).toEqual([10, 20, 30]);
  });
});

describe("a replay", () => {
  const recording = { offsetsMs: [0, 100, 100, 900], lengthMs: 1000 };
  const replay: Pace = { kind: "replay", recording, speed: 1, repeat: false, ...even };

  test("sends at the recorded times, once", () => {
    expect(whole(replay, 5000)).toEqual([0, 100, 100, 900]);
  });

  test("twice as fast and repeated keeps the gaps between rounds", () => {
    const fast = whole({ ...replay, speed: 2, repeat: true }, 1200);
    expect(fast).toEqual([0, 50, 50, 450, 500, 550, 550, 950, 1000, 1050, 1050]);
  });

  test("of a curve sends as many as the curve holds, whatever the speed", () => {
    const curve = {
      points: [
        { atMs: 0, perSec: 10 },
        { atMs: 10_000, perSec: 30 },
      ],
    };
    const sends = whole({ ...replay, recording: curve, speed: 4 }, 60_000);
    expect(sends).toHaveLength(200);
    expect(sends.at(-1)).toBeLessThan(2500);
  });

  test("knows its busiest second", () => {
    expect(peakPerSec(replay)).toBe(4);
    expect(peakPerSec({ ...replay, speed: 0.1 })).toBe(2);
  });
});

test("Poisson along a curve: mean and variance of the counts agree", () => {
  const ramp: Pace = {
    kind: "ramp",
    fromPerSec: 20,
    toPerSec: 80,
    overMs: 1000,
    arrivals: "poisson",
  };
  const counts = Array.from({ length: 4000 }, (_, seed) => whole(ramp, 1000, seed).length);
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const variance = counts.reduce((sum, c) => sum + (c - mean) ** 2, 0) / (counts.length - 1);
  expect(mean).toBeCloseTo(50, 0);
  expect(variance / mean).toBeGreaterThan(0.9);
  expect(variance / mean).toBeLessThan(1.1);
});
