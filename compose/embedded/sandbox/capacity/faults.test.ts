import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../random.ts";
import { createPolicer, createShaper } from "./gate.ts";
import type { ServiceFaults, ServiceModel } from "./model.ts";
import { createPauses } from "./pauses.ts";
import { COLD, DRIFT, HYSTERESIS, PAUSES } from "./scenarios.ts";
import { createService } from "./service.ts";
import { createSharedResource } from "./shared.ts";

const PER_SEC = 1000;
const model = (faults: ServiceFaults, bufferMs = 60_000): ServiceModel => ({
  perSec: PER_SEC,
  bufferMs,
  noise: { sdRatio: 0, tauMs: 8000 },
  floorMedianMs: 0,
  floorSigma: 0,
  faults,
});

/** Offers work in even gaps and gives what was taken. */
function offerEvenly(
  service: ReturnType<typeof createService>,
  { perSec, fromMs, forMs }: { perSec: number; fromMs: number; forMs: number },
): number {
  let taken = 0;
  for (let at = 0; at < (perSec * forMs) / 1000; at++) {
    if (service.arrive(fromMs + (at * 1000) / perSec) !== undefined) taken++;
  }
  return taken;
}

const startHysteretic = () => createService(model({ hysteresis: HYSTERESIS }), seededRandom(1));

describe("hysteresis", () => {
  test("after 0.8 s of backlog the server does 60 %, until it was quiet for ten seconds", () => {
    const service = startHysteretic();
    offerEvenly(service, { perSec: 2000, fromMs: 0, forMs: 1000 });
    expect(service.backlogMs(1000)).toBeGreaterThan(800);
    // Slow now: 700 a second is more than it does, although it is less than its capacity.
    offerEvenly(service, { perSec: 700, fromMs: 5000, forMs: 10_000 });
    expect(service.backlogMs(15_000)).toBeGreaterThan(1000);
    // Drained at about 17 s; nothing for twelve seconds, and it is itself again.
    offerEvenly(service, { perSec: 700, fromMs: 30_000, forMs: 10_000 });
    expect(service.backlogMs(40_000)).toBeLessThan(200);
  });

  test("a short rest is not enough", () => {
    const service = startHysteretic();
    offerEvenly(service, { perSec: 2000, fromMs: 0, forMs: 1000 });
    offerEvenly(service, { perSec: 700, fromMs: 6000, forMs: 10_000 });
    expect(service.backlogMs(16_000)).toBeGreaterThan(1000);
  });
});

test("a cold server begins at 45 %, warms under load and cools when it idles", () => {
  const service = createService(model({ cold: COLD }), seededRandom(2));
  const grownMs = (fromMs: number) => {
    service.clear(fromMs);
    offerEvenly(service, { perSec: 900, fromMs, forMs: 2000 });
    return service.backlogMs(fromMs + 2000);
  };
  expect(grownMs(0)).toBeGreaterThan(800);
  service.clear(2000);
  offerEvenly(service, { perSec: 400, fromMs: 2000, forMs: 60_000 });
  expect(grownMs(62_000)).toBeLessThan(100);
  expect(grownMs(62_000 + 400_000)).toBeGreaterThan(800);
});

test("drift moves the capacity up and down by its share within its period", () => {
  const service = createService(model({ drift: DRIFT }), seededRandom(3));
  const rates = Array.from({ length: 50 }, (_, at) => {
    const fromMs = (at * DRIFT.periodMs) / 50;
    service.clear(fromMs);
    offerEvenly(service, { perSec: 2000, fromMs, forMs: 2000 });
    return (PER_SEC * 4000) / (2000 + service.backlogMs(fromMs + 2000));
  });
  expect(Math.max(...rates) / PER_SEC).toBeCloseTo(1.08, 1);
  expect(Math.min(...rates) / PER_SEC).toBeCloseTo(0.92, 1);
});

test("a server that dies at overload never serves again, however long it rests", () => {
  const service = createService(model({ diesAtMs: 2000 }), seededRandom(4));
  expect(offerEvenly(service, { perSec: 900, fromMs: 0, forMs: 60_000 })).toBe(54_000);
  offerEvenly(service, { perSec: 3000, fromMs: 60_000, forMs: 3000 });
  service.clear(63_000);
  expect(offerEvenly(service, { perSec: 1, fromMs: 600_000, forMs: 60_000 })).toBe(0);
});

test("pauses stop the server for their length, about as often as asked", () => {
  const endOf = createPauses(PAUSES, seededRandom(5));
  let atMs = 0;
  for (let work = 0; work < 2_000_000; work++) atMs = endOf(atMs, 1);
  const pausedMs = atMs - 2_000_000;
  // One pause of 0.3 s on average for every 25 s between pauses.
  expect(pausedMs / (2_000_000 / PAUSES.everyMs) / 300).toBeCloseTo(1, 0);
});

test("work is never done before its own length is over, pauses or not", () => {
  const pieces = fc.array(fc.record({ gapMs: fc.nat(5000), workMs: fc.nat(500) }), {
    maxLength: 50,
  });
  fc.assert(
    fc.property(pieces, fc.nat(), (given, seed) => {
      const endOf = createPauses({ everyMs: 500, fromMs: 10, toMs: 300 }, seededRandom(seed));
      let atMs = 0;
      for (const { gapMs, workMs } of given) {
        const endMs = endOf(atMs + gapMs, workMs);
        expect(endMs).toBeGreaterThanOrEqual(atMs + gapMs + workMs - 1e-6);
        atMs = endMs;
      }
    }),
  );
});

test("a policer drops what exceeds its rate after a second's burst, and delays nothing", () => {
  const gate = createPolicer(100);
  const through = Array.from({ length: 2000 }, (_, at) => gate(at * 5, 1)).filter(
    (enterMs, at) => enterMs === at * 5,
  );
  // 200 a second for ten seconds: a burst of 100, then 100 a second.
  expect(through.length).toBeGreaterThanOrEqual(1095);
  expect(through.length).toBeLessThanOrEqual(1101);
});

test("a shaper delays what exceeds its rate, and drops nothing", () => {
  const gate = createShaper(100);
  const entered = Array.from({ length: 200 }, (_, at) => gate(at * 5, 1) ?? Number.NaN);
  expect(entered.at(-1)).toBeCloseTo(1990, 5);
  expect(entered.every((enterMs, at) => enterMs >= at * 5)).toBe(true);
});

/** Backlog of a resource that two axes share, each at a share of its own capacity. */
const load = (ratio: number, share: number) => {
  const shared = createSharedResource(ratio, seededRandom(6));
  const [one, other] = [1, 2].map((seed) => createService(model({}), seededRandom(seed), shared));
  for (let nowMs = 0; nowMs < 20_000; nowMs += 1 / share) {
    one?.arrive(nowMs);
    other?.arrive(nowMs);
  }
  return shared.backlogMs(20_000);
};

describe("a shared resource", () => {
  test("lets each axis have its capacity alone, and both together no more than one", () => {
    expect(load(1, 0.48)).toBeLessThan(100);
    expect(load(1, 0.55)).toBeGreaterThan(1000);
  });

  test("shared by half, both have all of their capacities at once", () => {
    expect(load(0.5, 0.95)).toBeLessThan(200);
  });
});
