import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { declaredCost } from "#grader/cost/declared.ts";
import { referenceUnits, REFERENCE_COST } from "#grader/cost/vector.ts";
import { AXIS_IDS } from "#grader/contracts/axis.ts";
import { mixSchema, priceSchema } from "./json-schema.ts";
import { SCENARIO_DIRECTORY } from "./load.ts";
import { listProfileIds, loadProfile, parseProfile } from "./profile-load.ts";
import { listMixIds, loadMix } from "./profile-mix.ts";
import { DEFAULT_PIPE, type Profile, type ProfileInput } from "./profile-schema.ts";
import { profileText, spanText } from "./profile-text.ts";

const profileIds = await listProfileIds();
const mixIds = await listMixIds();

const costOf = async (id: string) => declaredCost(await loadProfile(id));

/** Messages a second on the Unit's own nodes, as declared. */
async function nodePerSec(id: string): Promise<number> {
  const profile = await loadProfile(id);
  const unlinked: Profile = {
    ...profile,
    topics: profile.topics.map((topic) =>
      topic.role === "output" ? { ...topic, fanOut: 1 } : topic,
    ),
  };
  return declaredCost(unlinked).mean.relay;
}

describe("the library", () => {
  // Rates and bytes derived by hand from the published Units: node messages, MQTT bytes up.
  test.each([
    ["temp-sensor", 0.1, 13.5],
    ["weather-bmp-co2", 0.8, 69],
    ["relay", 0.1, 19],
    ["video-source", 10, 14_400],
    ["fan-regulator", 2, 148],
    ["test-unit", 1, 76],
    ["max-rate", 30, 2450],
  ])("%s sends what the published Unit does", async (id, messages, bytes) => {
    expect((await nodePerSec(id)) / messages).toBeCloseTo(1, 1);
    expect((await costOf(id)).bytesPerSec / bytes).toBeCloseTo(1, 0.7);
  });

  test("the reference Unit costs exactly one reference Unit", async () => {
    const { mean } = await costOf("reference-unit");
    for (const axis of AXIS_IDS) expect(mean[axis]).toBeCloseTo(REFERENCE_COST[axis], 9);
    expect(referenceUnits(mean).units).toBeCloseTo(1, 9);
  });

  test("stores as the default DataPipe does: a record each five seconds and no frames", async () => {
    expect((await costOf("temp-sensor")).mean.store).toBeCloseTo(0.1, 2);
    expect((await costOf("weather-bmp-co2")).mean.store).toBeCloseTo(0.8, 2);
    expect((await costOf("fan-regulator")).mean.store).toBeCloseTo(0.4, 2);
    expect((await costOf("video-source")).mean.store).toBe(0);
    expect(DEFAULT_PIPE).toMatchObject({ maxRate: 5000, maxBytes: 100 });
  });

  test("video is relayed to each of its panels", async () => {
    expect((await costOf("video-source")).mean.relay).toBeCloseTo(30, 0);
  });

  test("says where every number is from, and what was assumed", async () => {
    const sources = await Promise.all(profileIds.map(async (id) => (await loadProfile(id)).source));
    expect(sources.filter(({ from }) => from.length < 40)).toEqual([]);
    const silent = sources.filter(({ assumed = [] }) => assumed.length === 0);
    // Only the reference Unit is frozen as it is: nothing about it was assumed.
    expect(silent.map(({ from }) => from)).toEqual([expect.stringContaining("RU-1")]);
  });

  test.each(profileIds)("%s is the same after being written again", async (id) => {
    const file = new URL(`profiles/${id}.yaml`, SCENARIO_DIRECTORY);
    const text = await readFile(file, "utf8");
    expect(parseProfile(profileText(parse(text) as ProfileInput), id)).toEqual(
      await loadProfile(id),
    );
  });

  test.each([
    [10_000, "10s"],
    [5_400_000, "1.5h"],
    [34, "34ms"],
    [61_237, "61237ms"],
    [600_000, "10m"],
    [20.5, "20.5ms"],
  ])("writes %d ms as %s", (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });
});

describe("a mix or price form", () => {
  test.each(mixIds)("as shipped holds profiles that are shipped: %s", async (id) => {
    for (const { profile } of (await loadMix(id)).units) expect(profileIds).toContain(profile);
  });

  test("is described by the published schema", async () => {
    const price = new URL("schema/price-1.json", SCENARIO_DIRECTORY);
    expect(JSON.parse(await readFile(price, "utf8"))).toEqual(
      JSON.parse(JSON.stringify(priceSchema())),
    );
    const file = new URL("schema/mix-1.json", SCENARIO_DIRECTORY);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(
      JSON.parse(JSON.stringify(mixSchema())),
    );
  });
});
