import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ownAddresses, sourceOf, type SpreadInput, spreadUnits } from "./source-addresses.ts";

const input = (change: Partial<SpreadInput>): SpreadInput => ({
  target: "127.0.0.1",
  units: 60_000,
  perSource: 26_000,
  named: [],
  own: [],
  wholeLoopback: true,
  ...change,
});

describe("spreading Units over source addresses", () => {
  test("is left to the system while one address is enough", () => {
    expect(spreadUnits(input({ units: 26_000 }))).toEqual([]);
  });

  test("takes more of the loopback addresses, for they are all this machine's", () => {
    expect(spreadUnits(input({}))).toEqual([
      { address: "127.0.0.2", units: 20_000 },
      { address: "127.0.0.3", units: 20_000 },
      { address: "127.0.0.4", units: 20_000 },
    ]);
  });

  test("takes as many of its own addresses as it needs elsewhere", () => {
    const own = ["10.0.0.5", "10.0.0.6", "10.0.0.7", "10.0.0.8"];
    const shares = spreadUnits(input({ target: "10.0.0.9", own }));
    expect(shares.map(({ address }) => address)).toEqual(own.slice(0, 3));
  });

  test("uses every address that was named, however few Units there are", () => {
    const named = ["10.0.0.5", "10.0.0.6"];
    expect(spreadUnits(input({ target: "10.0.0.9", units: 6, named }))).toEqual([
      { address: "10.0.0.5", units: 4 },
      { address: "10.0.0.6", units: 2 },
    ]);
  });

  test("says how many addresses are missing", () => {
    const one = input({ target: "10.0.0.9", own: ["10.0.0.5"] });
    expect(() => spreadUnits(one)).toThrow(/60000 Units need more ports .* one source address/);
    const noLoopback = input({ wholeLoopback: false, own: ["127.0.0.1"] });
    expect(() => spreadUnits(noLoopback)).toThrow("26000 each");
  });

  test("refuses an address that cannot reach the target, unless that is known by name", () => {
    const named = ["fe80::1"];
    expect(() => spreadUnits(input({ named, units: 2 }))).toThrow("another family");
    expect(spreadUnits(input({ named, units: 2, target: "broker.lan" }))).toHaveLength(1);
  });

  test("carries every Unit once, pairs together, none over its ports", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 41, max: 800 }),
        (units, per) => {
          const shares = spreadUnits(input({ units: 2 * units, perSource: per }));
          const carried = shares.reduce((sum, share) => sum + share.units, 0);
          expect(carried).toBe(shares.length === 0 ? 0 : 2 * units);
          expect(shares.every((share) => share.units <= per && share.units > 0)).toBe(true);
          for (let i = 0; i < 2 * units; i += 2) {
            expect(sourceOf(shares, i)).toBe(sourceOf(shares, i + 1));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test("gives the Unit its address by its index", () => {
    const shares = [
      { address: "a", units: 2 },
      { address: "b", units: 1 },
    ];
    expect([0, 1, 2, 7].map((index) => sourceOf(shares, index))).toEqual(["a", "a", "b", "b"]);
    expect(sourceOf([], 3)).toBeUndefined();
  });
});

describe("the addresses of this machine", () => {
  test("begin with the one the system would use", async () => {
    expect((await ownAddresses("127.0.0.1"))[0]).toBe("127.0.0.1");
  });
});
