import { describe, expect, test } from "vitest";
import type { UnitLoad, UnitLoads } from "#harness/store/unit-loads.ts";
import { loadProfile } from "../scenario/profile-load.ts";
import { evidenceOf } from "./estimate-asks.ts";
import { meteredOf, namesOf } from "./metered-units.ts";

const sensor = await loadProfile("temp-sensor");
const library = [sensor];

const load = (repo: string, unit: string, node: number, stored = 0): UnitLoad => ({
  repo,
  unit,
  mean: { node, base: 1 / 60, stored },
  p95: { node: 2 * node, base: 2 / 60, stored: 2 * stored },
  bytesPerSec: 10,
  topics: 3,
});

const loads = (units: readonly UnitLoad[], hours = 48): UnitLoads => ({
  hours,
  units,
  busy: { node: 1, base: 1, stored: 1 },
});

const three = ["a", "b", "c"].map((unit) => load("temp-sensor-ds18b20", unit, 0.3));

const known = (hours: number) => ({
  given: [],
  library,
  metered: meteredOf(loads(three, hours), library),
});

describe("what was metered", () => {
  test("is filled up from the profile of its Repo, and says so", () => {
    const metered = meteredOf(loads(three), library);
    expect(metered.units[0]?.cost.mean).toMatchObject({ link: 1, relay: 0.3 });
    expect(metered.units[0]?.cost.mean.store).toBeCloseTo(0.3);
    expect(metered.assumed(sensor).join()).toMatch(/records stored .* as the profile temp-sensor/);
  });

  test("of an unknown Repo is stored by the default DataPipe at most", () => {
    const { units, assumed } = meteredOf(loads([load("else", "a", 5)]), library);
    expect(units[0]?.cost.mean.store).toBeCloseTo(0.2);
    expect(assumed(undefined).join()).toMatch(/default DataPipe/);
  });

  test("keeps counts of what was stored where there are any", () => {
    const { units, assumed } = meteredOf(loads([load("else", "a", 5, 0.7)]), library);
    expect(units[0]?.cost).toMatchObject({ mean: { store: 0.7 }, p95: { store: 1.4 } });
    expect(assumed(undefined).join()).not.toMatch(/DataPipe/);
  });

  test("goes before the shipped profile once it is enough, not sooner", () => {
    expect(evidenceOf("temp-sensor", known(48))).toMatchObject({ basis: "metered", unitsSeen: 3 });
    const early = evidenceOf("temp-sensor", known(5));
    expect(early?.basis).toBe("declared");
    expect(early?.warnings.join()).toMatch(/not enough data: 3 Units in 5 h.*as declared/);
  });

  test("never goes before a profile that was given", () => {
    const given = [{ ...sensor, id: "mine" }];
    const metered = meteredOf(loads(three), library);
    expect(evidenceOf("mine", { given, library, metered })?.basis).toBe("declared");
  });

  test("a recorded profile is called fitted", () => {
    const given = [{ ...sensor, source: { ...sensor.source, kind: "recorded" as const } }];
    const metered = meteredOf(loads([]), library);
    expect(evidenceOf("temp-sensor", { given, library, metered })?.basis).toBe("fitted");
  });
});

test("a target is known by its URL and by its host", () => {
  expect(namesOf("http://Garage.example/")).toEqual(
    expect.arrayContaining(["http://garage.example", "garage.example"]),
  );
  expect(namesOf("mqtt://10.0.0.1:1883/")).toContain("mqtt://10.0.0.1:1883");
});
