import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sfc32, type Random } from "../capacity/sim/random.ts";
import { type ArrivalKind, minuteCount, perSecOf, takenPerSec } from "./arrivals.ts";
import type { DeclaredTopic, DeclaredUnit } from "./declared-unit.ts";
import { declaredCost } from "./declared.ts";
import { meanBytes, shareWithin } from "./sizes.ts";

const topic = (more: Partial<DeclaredTopic>): DeclaredTopic => ({
  role: "output",
  name: "x/pepeunit",
  qos: 0,
  bytes: 5,
  perConnect: 0,
  ...more,
});

const unit = (
  topics: readonly DeclaredTopic[],
  more: Partial<DeclaredUnit> = {},
): DeclaredUnit => ({
  session: { keepAlive: 60_000, connectedRatio: 1 },
  commands: [{ calls: 0 }],
  topics,
  api: [],
  ...more,
});

const every = (ms: number): ArrivalKind => ({ kind: "periodic", every: ms });

describe("a declared Unit", () => {
  test("pays for what it sends to linked Units, stores and keeps authorised", () => {
    const { mean } = declaredCost(
      unit([
        topic({ when: every(10_000), fanOut: 3 }),
        topic({ role: "state", name: "state/pepeunit", when: every(60_000) }),
      ]),
    );
    expect(mean.relay).toBeCloseTo(0.3);
    expect(mean.store).toBeCloseTo(0.1);
    expect(mean.base).toBeCloseTo(1 / 60);
    expect(mean.api).toBeCloseTo(3 / 600);
  });

  test.each([
    ["nothing beyond the pipe's size", { bytes: 1368 }, 0],
    ["one record each five seconds of a fast topic", { when: every(100) }, 0.2],
    ["nothing that the DataPipe never sees", { name: "x" }, 0],
    ["nothing when told so", { stored: "never" as const }, 0],
    [
      "only changes",
      { stored: { maxRate: 0, maxBytes: 0, unique: true }, changeRatio: 0.25 },
      0.25,
    ],
  ])("stores %s", (_name, more, perSec) => {
    const { mean } = declaredCost(unit([topic({ when: every(1000), ...more })]));
    expect(mean.store).toBeCloseTo(perSec);
  });

  test("is asked for a state once a minute, however often it sends one", () => {
    const state = topic({ role: "state", name: "state/pepeunit", when: every(5000) });
    expect(declaredCost(unit([state])).mean.base).toBeCloseTo(1 / 60);
  });

  test("that loses its session pays for coming back", () => {
    const session = { keepAlive: 60_000, connectedRatio: 1, reconnect: { every: 600_000 } };
    const log = topic({ role: "log", name: "log/pepeunit", perConnect: 3 });
    const { mean } = declaredCost(unit([log], { session }));
    expect(mean.base).toBeCloseTo(3 / 600);
    expect(mean.api).toBeCloseTo((2 * 2) / 600);
  });

  test("has a worst minute above its mean where its messages come by chance", () => {
    const steady = declaredCost(unit([topic({ when: every(1000) })]));
    const chance = declaredCost(unit([topic({ when: { kind: "poisson", every: 1000 } })]));
    expect(steady.p95.relay).toBeCloseTo(1);
    expect(chance.p95.relay).toBeCloseTo((60 + 1.645 * Math.sqrt(60)) / 60);
  });

  test("counts topics of one cycle together: their worst minutes are the same", () => {
    const burst: ArrivalKind = { kind: "bursts", every: 600_000, messages: 10, gap: 1000 };
    const leader = topic({ when: burst });
    const apart = topic({ name: "y/pepeunit", when: burst });
    const along = topic({
      name: "y/pepeunit",
      when: { kind: "follows", topic: "x/pepeunit", chance: 1 },
    });
    const together = declaredCost(unit([leader, along]));
    const separate = declaredCost(unit([leader, apart]));
    expect(together.mean.relay).toBeCloseTo(separate.mean.relay);
    expect(together.p95.relay).toBeGreaterThan(separate.p95.relay);
  });
});

const gapMs = fc.integer({ min: 50, max: 20_000 });
const process: fc.Arbitrary<ArrivalKind> = fc.oneof(
  gapMs.map((ms) => every(ms)),
  gapMs.map((ms): ArrivalKind => ({ kind: "poisson", every: ms })),
);

/** Messages a second that pass, counted one by one. */
function counted(when: ArrivalKind, leastGapMs: number, chance: number, random: Random): number {
  if (when.kind !== "periodic" && when.kind !== "poisson") return 0;
  let at = 0;
  let last = -Infinity;
  let taken = 0;
  for (let i = 0; i < 40_000; i++) {
    at += when.kind === "periodic" ? when.every : -when.every * Math.log(1 - random());
    if (random() >= chance || at - last < leastGapMs) continue;
    last = at;
    taken += 1;
  }
  return (1000 * taken) / at;
}

describe("arrivals", () => {
  test("that must keep a gap are taken as often as when counted one by one", () => {
    const chance = fc.constantFrom(1, 0.5, 0.2);
    fc.assert(
      fc.property(process, fc.integer({ min: 0, max: 10_000 }), chance, (when, gap, share) => {
        const simulated = counted(when, gap, share, sfc32(7));
        expect(takenPerSec(when, gap, share) / simulated).toBeCloseTo(1, 1);
      }),
      { numRuns: 40 },
    );
  });

  test("of a trace are counted as they are", () => {
    const trace: ArrivalKind = { kind: "trace", offsetsMs: [0, 1000, 70_000], length: 120_000 };
    expect(perSecOf(trace)).toBeCloseTo(3 / 120);
    expect(takenPerSec(trace, 5000)).toBeCloseTo(2 / 120);
    expect(minuteCount(trace)).toEqual({ mean: 1.5, variance: 0.25 });
  });
});

describe("sizes", () => {
  test.each([
    ["one figure", 5, 5, 1],
    ["a range", { from: 4, to: 7 }, 5.5, 0.5],
    [
      "choices",
      {
        choices: [
          { bytes: 2, share: 0.2 },
          { bytes: 9, share: 0.8 },
        ],
      },
      7.6,
      0.2,
    ],
    ["quantiles", { quantiles: { min: 0, p25: 2, p50: 5, p75: 9, p95: 19, max: 99 } }, 8.625, 0.55],
  ])("of %s have their mean and share below a limit", (_name, sizes, mean, within) => {
    expect(meanBytes(sizes)).toBeCloseTo(mean);
    expect(shareWithin(sizes, 5)).toBeCloseTo(within, 5);
    expect(shareWithin(sizes, 0)).toBe(1);
  });
});
