import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitKind, type KindRecord, type TopicFit } from "./fit.ts";
import type { OwnArrivals, TopicModel } from "./model.ts";
import { sendTimes } from "./send-times.ts";
import { sfc32 } from "../capacity/sim/random.ts";

const MINUTE = 60_000;

/** Streams of one seed that share nothing (the finaliser of MurmurHash3 between the names). */
const seededRandom = (...names: readonly number[]) => sfc32(names.reduce(mix, 17));

function mix(before: number, name: number): number {
  let mixed = Math.imul(before, 31) + name;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** A recording of so many Units of a profile, as an observer that misses nothing makes it. */
function recordOf(
  topics: readonly TopicModel[],
  { units, durationMs, seed }: { units: number; durationMs: number; seed: number },
): KindRecord {
  const records = topics.map(({ name }) => ({
    name,
    isInput: name.startsWith("in"),
    byUnit: Array.from({ length: units }, (): number[] => []),
    sizes: [] as number[],
  }));
  const random = (...names: readonly number[]) => seededRandom(seed, ...names);
  for (const { atMs, unit, topic, bytes } of sendTimes(topics, { units, durationMs, random })) {
    records[topic]?.byUnit[unit]?.push(atMs);
    records[topic]?.sizes.push(bytes);
  }
  return { units, topics: records, windows: [{ fromMs: 0, toMs: durationMs }], startOfDayMs: 0 };
}

const topic = (when: TopicModel["when"], name = "a"): TopicModel => ({
  name,
  when,
  bytes: 5,
  perConnect: 0,
});

const within = (share: number, got: number | undefined, asked: number) =>
  Math.abs((got ?? Infinity) - asked) <= share * asked;

function fitOne(when: OwnArrivals, record: Parameters<typeof recordOf>[1]): TopicFit {
  const [fit] = fitKind(recordOf([topic(when)], record), seededRandom(3));
  if (fit === undefined) throw new Error("nothing fitted");
  return fit;
}

const seed = fc.integer({ min: 1, max: 1e9 });
const units = fc.integer({ min: 2, max: 12 });

describe("fitting gives back what a fleet was made of:", () => {
  test("a clock, its period within 1 % and its jitter within a quarter", () => {
    fc.assert(
      fc.property(
        seed,
        units,
        fc.integer({ min: 500, max: 60_000 }),
        fc.double({ min: 0.001, max: 0.15, noNaN: true }),
        (s, u, every, share) => {
          const when = { kind: "periodic", every, jitter: every * share, aligned: false } as const;
          const fit = fitOne(when, { units: u, durationMs: every * 80, seed: s });
          const got = fit.when;
          expect(got?.kind).toBe("periodic");
          if (got?.kind !== "periodic") return;
          expect(within(0.01 + 3 * share * 0.1, got.every, every)).toBe(true);
          expect(within(0.25, got.jitter, every * share)).toBe(true);
          expect(fit.verdict).toBe("fits");
        },
      ),
      { numRuns: 60, seed: 11 },
    );
  });

  test("memoryless sends, their mean gap within 3 standard errors", () => {
    fc.assert(
      fc.property(seed, units, fc.integer({ min: 200, max: 120_000 }), (s, u, every) => {
        const fit = fitOne(
          { kind: "poisson", every },
          { units: u, durationMs: every * 120, seed: s },
        );
        expect(fit.when?.kind).toBe("poisson");
        if (fit.when?.kind !== "poisson") return;
        expect(within(3.5 / Math.sqrt(120 * u), fit.when.every, every)).toBe(true);
      }),
      { numRuns: 60, seed: 12 },
    );
  });

  test("bursts, their start, length and inner gap within a third", () => {
    fc.assert(
      fc.property(
        seed,
        fc.integer({ min: 4, max: 12 }),
        fc.integer({ min: 20_000, max: 200_000 }),
        fc.integer({ min: 3, max: 12 }),
        fc.integer({ min: 50, max: 200 }),
        (s, u, every, messages, gap) => {
          const when = { kind: "bursts", every, messages, gap } as const;
          const fit = fitOne(when, { units: u, durationMs: every * 60, seed: s });
          expect(fit.when?.kind).toBe("bursts");
          if (fit.when?.kind !== "bursts") return;
          expect(within(0.33, fit.when.every, every)).toBe(true);
          expect(within(0.33, fit.when.messages, messages)).toBe(true);
          expect(within(0.33, fit.when.gap, gap)).toBe(true);
          expect(within(0.02, fit.rateRatio, 1)).toBe(true);
        },
      ),
      { numRuns: 40, seed: 13 },
    );
  });

  test("a publish cycle and an answer to a command, with chance, delay and jitter", () => {
    fc.assert(
      fc.property(
        seed,
        units,
        fc.integer({ min: 2000, max: 30_000 }),
        fc.double({ min: 0.4, max: 1, noNaN: true }),
        fc.integer({ min: 5, max: 100 }),
        fc.boolean(),
        (s, u, every, chance, delay, isCommand) => {
          const leads = isCommand ? "in/command" : "temp";
          const when: OwnArrivals = isCommand
            ? { kind: "poisson", every }
            : { kind: "periodic", every, jitter: every / 100, aligned: false };
          const follows = {
            kind: "follows",
            topic: leads,
            chance,
            delay,
            jitter: delay / 5,
          } as const;
          const record = { units: u, durationMs: every * 100, seed: s };
          const kind = recordOf([topic(when, leads), topic(follows, "answer")], record);
          const [leader, answer] = fitKind(kind, seededRandom(1));
          expect(leader?.when?.kind).toBe(when.kind);
          expect(answer?.when).toMatchObject({ kind: "follows", topic: leads });
          if (answer?.when?.kind !== "follows") return;
          expect(Math.abs(answer.when.chance - chance)).toBeLessThan(0.15);
          expect(within(0.15, answer.when.delay, delay)).toBe(true);
          expect(answer.gapDistance).toBeLessThan(2 * Math.sqrt(2 / answer.messages));
        },
      ),
      { numRuns: 40, seed: 14 },
    );
  });

  test("the shape of a day, where the recording is long enough", () => {
    const dayShape = Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 20 ? 1.8 : 0.2));
    const made = [{ ...topic({ kind: "poisson", every: 10 * MINUTE }), dayShape }];
    const record = { units: 8, durationMs: 4 * 1440 * MINUTE, seed: 5 };
    const [fit] = fitKind(recordOf(made, record), seededRandom(1));
    expect(fit?.when?.kind).toBe("poisson");
    dayShape.forEach((weight, hour) => {
      expect(Math.abs((fit?.dayShape?.[hour] ?? 9) - weight)).toBeLessThan(0.4);
    });
    const even = recordOf([topic({ kind: "poisson", every: 10 * MINUTE })], record);
    expect(fitKind(even, seededRandom(1))[0]?.dayShape).toBeUndefined();
  });
});

test("Units that send at the same moment are told from Units that do not", () => {
  for (const aligned of [true, false]) {
    const when = { kind: "periodic", every: 60_000, jitter: 50, aligned } as const;
    const fit = fitOne(when, { units: 5, durationMs: 60 * MINUTE, seed: 2 });
    expect(fit.when).toMatchObject({ kind: "periodic", aligned });
  }
});

test("what no model explains is replayed as it was, and says so", () => {
  // Three at once, 40 ms apart to the tick, then a pause of 1 s or 9 s in turn.
  const times: number[] = [];
  for (let atMs = 0, i = 0; atMs < 600_000; atMs += i++ % 2 === 0 ? 1000 : 9000) {
    times.push(atMs, atMs + 40, atMs + 80);
  }
  const [fit] = fitKind(
    {
      units: 1,
      topics: [{ name: "a", isInput: false, byUnit: [times], sizes: times.map(() => 5) }],
      windows: [{ fromMs: 0, toMs: 600_000 }],
      startOfDayMs: 0,
    },
    seededRandom(1),
  );
  expect(fit).toMatchObject({ verdict: "replayed", when: { kind: "trace", length: 600_000 } });
  expect(fit?.when?.kind === "trace" && fit.when.offsetsMs).toEqual(times);
  expect(fit?.rateRatio).toBeCloseTo(1, 6);
});

test("a clock that loses a message now and then stays a clock, and an outage is no gap", () => {
  const times = Array.from({ length: 300 }, (_, i) => i * 1000 + (i % 7)).filter(
    (_, i) => i % 23 !== 7,
  );
  const before = times.filter((atMs) => atMs < 100_000 || atMs > 160_000);
  const [fit] = fitKind(
    {
      units: 1,
      topics: [{ name: "a", isInput: false, byUnit: [before], sizes: before.map(() => 5) }],
      windows: [
        { fromMs: 0, toMs: 100_000 },
        { fromMs: 160_000, toMs: 300_000 },
      ],
      startOfDayMs: 0,
    },
    seededRandom(1),
  );
  expect(fit).toMatchObject({ verdict: "fits", when: { kind: "periodic" } });
  expect(fit?.when?.kind === "periodic" && Math.round(fit.when.every)).toBe(1000);
  expect(fit?.rateRatio).toBeGreaterThan(1.02);
});

test("a few messages tell a size and a trace, no model", () => {
  const fit = fitOne(
    { kind: "periodic", every: 1000, jitter: 1, aligned: false },
    {
      units: 1,
      durationMs: 5000,
      seed: 1,
    },
  );
  expect(fit).toMatchObject({ verdict: "too-few", messages: 5, when: { kind: "trace" } });
});
