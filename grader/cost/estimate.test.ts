import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AXIS_IDS } from "../contracts/axis.ts";
import type { UnitCost } from "../contracts/cost.ts";
import { Estimate, type EstimateTarget } from "../contracts/estimate.ts";
import { PriceForm } from "../contracts/price.ts";
import { estimate } from "./estimate.ts";
import {
  declaredEvidence,
  meteredEvidence,
  platformMeanOf,
  type RepoEvidence,
} from "./evidence.ts";
import type { Room } from "./room.ts";
import { NO_COST, REFERENCE_COST, sharesOf, times, vectorOf } from "./vector.ts";

const target: EstimateTarget = {
  runId: "r",
  kind: "instance",
  url: "http://here",
  name: null,
  letter: "B",
  depth: "standard",
  measuredAtMs: 0,
  jointRun: true,
  useMetered: true,
};

const costOf = (factor: number): UnitCost => ({
  mean: { ...times(factor, REFERENCE_COST), link: 1 },
  p95: { ...times(factor, REFERENCE_COST), link: 1 },
  bytesPerSec: 10,
  storedBytesPerSec: 1,
});

/** Room for so many reference Units on every axis alone, and half of them together. */
const roomFor = (units: number): Room => {
  const rated = times(units, REFERENCE_COST);
  return { rated, used: NO_COST, joint: sharesOf(times(units / 2, REFERENCE_COST), rated) };
};

const declared = (factor: number): RepoEvidence =>
  declaredEvidence(costOf(factor), "declared", "a test", []);

const asking = (units: number, evidence = declared(1), room: Room | undefined = roomFor(1000)) =>
  estimate({
    asks: [{ repo: "x", units, evidence }],
    graded: room === undefined ? undefined : { target, room },
    price: undefined,
    neighbours: [],
  });

describe("an estimate", () => {
  test("alone counts in reference Units and promises nothing", () => {
    const made = estimate({
      asks: [{ repo: "x", units: 10, evidence: declared(2) }],
      graded: undefined,
      price: undefined,
      neighbours: [],
    });
    expect(made).toMatchObject({ target: null, fill: null, fits: null });
    expect(made.referenceUnits).toBeCloseTo(20);
    expect(made.repos[0]).toMatchObject({ more: null, referenceUnits: 2, dominant: "relay" });
  });

  test("says yes only when the bound fits, likely when the mean does", () => {
    expect(asking(100).fits).toBe("yes");
    expect(asking(400).fits).toBe("likely");
    expect(asking(600).fits).toBe("no");
    expect(asking(600).repos[0]?.more).toMatchObject({ safe: 0, likely: 0 });
  });

  test("of reference Units fits likely as many as the joint run held", () => {
    const { more } = asking(100).repos[0] ?? {};
    expect(more?.likely).toBe(400);
    expect(more?.safe).toBeLessThan(400);
    expect(more?.safe).toBeGreaterThan(100);
  });

  test("never calls safe what is not likely, and what it calls safe fits", () => {
    const share = fc.double({ min: 0.02, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(share, { minLength: 5, maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        (of, units) => {
          const rated = vectorOf(
            (axis) => 500 * REFERENCE_COST[axis] * (of[AXIS_IDS.indexOf(axis)] ?? 1),
          );
          const room = { rated, used: NO_COST, joint: undefined };
          const more = asking(units, declared(1), room).repos[0]?.more;
          const safe = more?.safe ?? 0;
          expect(safe).toBeLessThanOrEqual(more?.likely ?? 0);
          fc.pre(safe > 0);
          expect(asking(units + safe, declared(1), room).fits).toBe("yes");
        },
      ),
      { numRuns: 50 },
    );
  });

  test("takes what is there already from the room", () => {
    const used = times(300, REFERENCE_COST);
    const made = asking(100, declared(1), { ...roomFor(1000), used });
    expect(made.repos[0]?.more?.likely).toBe(100);
    expect(made.axes.find(({ axis }) => axis === "relay")?.share).toBeCloseTo(0.4);
  });

  test("names the axes that were not measured and does not judge them", () => {
    const { relay } = REFERENCE_COST;
    const room = { rated: { relay: 100 * relay }, used: NO_COST, joint: undefined };
    const made = asking(10, declared(1), room);
    expect(made.warnings.join()).toMatch(/Link, Store, Base, API were not measured/);
    expect(made.axes.find(({ axis }) => axis === "store")).toMatchObject({
      rated: null,
      share: null,
    });
    expect(made.repos[0]?.more?.limitedBy).toBe("relay");
  });

  test("on an axis that holds nothing fits nothing, and stays a document", () => {
    const made = asking(1, declared(1), {
      ...roomFor(1000),
      rated: { ...roomFor(1000).rated, api: 0 },
    });
    expect(made.fits).toBe("no");
    expect(Estimate.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
  });

  test("prices its whole load at the use there would be", () => {
    const price = PriceForm.parse({ kind: "diverging", perHour: 1, currency: "EUR" });
    const graded = { target, room: roomFor(1000) };
    const at = (units: number) =>
      estimate({
        asks: [{ repo: "x", units, evidence: declared(1) }],
        graded,
        price,
        neighbours: [],
      }).price?.perHour;
    expect(at(100)).toBeCloseTo(5 * (0.1 ** 2 / 0.9) * 0.1);
    expect(at(1000)).toBeNull();
  });
});

const alike = (count: number) => Array.from({ length: count }, () => costOf(1));

const few = (share: number) => [
  ...alike(100 - share),
  ...Array.from({ length: share }, () => costOf(400)),
];

const meteredOver = (units: readonly UnitCost[], hours: number) =>
  meteredEvidence(units, hours, platformMeanOf(units), []);

const warningsOf = (count: number, hours: number) =>
  meteredOver(alike(count), hours).warnings.join();

const errorAfter = (count: number) =>
  asking(1, meteredOver(alike(count), 100)).repos[0]?.errorFactor ?? 0;

describe("what was metered", () => {
  test("warns of a few Units that carry most", () => {
    expect(meteredOver(few(50), 200).warnings).toEqual([]);
    expect(meteredOver(few(10), 200).warnings.join()).toMatch(/a few Units/);
  });

  test("of too few Units or hours is called so", () => {
    expect(warningsOf(2, 100)).toMatch(/not enough data: 2 Units in 100 h/);
    expect(warningsOf(3, 23)).toMatch(/not enough data/);
    expect(warningsOf(3, 24)).toBe("");
  });

  test("is surer the more Units were seen", () => {
    expect(errorAfter(3)).toBeGreaterThan(errorAfter(30));
    expect(errorAfter(30)).toBeGreaterThan(errorAfter(300));
    expect(errorAfter(300)).toBeGreaterThan(1);
  });
});
