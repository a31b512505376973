import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Settings } from "../config.ts";
import type { FixedPlan } from "../plan/fixed-plan.ts";
import { testWorld } from "../test/test-world.ts";
import { runProgram } from "./program.ts";
import { fixedPlanFor } from "./run-plan.ts";

const world = testWorld([]);

function planned(
  flags: Record<string, unknown>,
  name = "relay",
  kind: "broker" | "instance" = "broker",
): Promise<FixedPlan> {
  return fixedPlanFor(world, Settings.parse({ data: "/nowhere", ...flags }), kind, name);
}

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "loadstone-run-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

describe("planning a run", () => {
  test("fills in what was not asked for from the traffic", async () => {
    expect(await planned({})).toMatchObject({
      scenario: "relay-broker",
      axis: "relay",
      meanLoad: 200,
      units: 2,
      durationMs: 60_000,
      windows: 6,
      reconnect: { firstMs: 1000, maxMs: 120_000 },
    });
    expect(await planned({}, "relay", "instance")).toMatchObject({ scenario: "relay", units: 2 });
  });

  test("spreads the load over as many Units as were asked for, the most idle", async () => {
    const plan = await planned({ load: "500", units: "10000" });
    expect(plan.units).toBe(10_000);
    const { traffic } = plan;
    const perUnit = traffic.axis === "relay" ? traffic.message.perUnitPerSec : 0;
    expect(2 * Math.ceil(500 / perUnit / 2)).toBe(10_000);
  });

  test("asks for as many Units as the load needs when none were asked for", async () => {
    expect((await planned({ load: "5000" })).units).toBe(50);
    expect((await planned({ load: "5000" }, "relay", "instance")).units).toBe(334);
  });

  test("cuts a duration into equal windows of at most ten seconds", async () => {
    expect(await planned({ duration: "25s" })).toMatchObject({ windows: 3, windowMs: 25_000 / 3 });
  });

  test("takes a ramp from its flags alone", async () => {
    const plan = await planned({ rampFrom: "100", load: "300", rampSteps: "3" });
    expect(plan.pace).toMatchObject({ kind: "ramp", fromPerSec: 100, toPerSec: 300, steps: 3 });
    expect(plan).toMatchObject({ meanLoad: 200, peakLoad: 300 });
  });

  test("takes a recording in CSV, faster", async () => {
    const folder = await folderWith({ "a.csv": "atMs,perSec\n0,10\n1000,30\n" });
    const plan = await planned({ replay: join(folder, "a.csv"), speed: "2", duration: "2s" });
    expect(plan).toMatchObject({ meanLoad: 40, peakLoad: 60 });
  });

  test("lets flags win over the scenario, and finds what the scenario names beside it", async () => {
    const folder = await folderWith({
      "mine.yaml": [
        "id: mine",
        "about: Mine.",
        "traffic: relay",
        "duration: 30s",
        "units: 40",
        "pace: { kind: replay, file: rec.yaml }",
        "reconnect: paho",
        "faults: [{ at: 5s, kind: session-takeover, share: 0.5, within: 9s }]",
      ].join("\n"),
      "rec.yaml": "offsetsMs: [0, 500]\nlengthMs: 1000\n",
    });
    const plan = await planned({ units: "60", seed: "7" }, join(folder, "mine.yaml"));
    expect(plan).toMatchObject({ scenario: "mine", units: 60, seed: 7, durationMs: 30_000 });
    expect(plan.meanLoad).toBe(2);
    expect(plan.faults).toEqual([{ at: 5000, kind: "session-takeover", share: 0.5, within: 9000 }]);
    expect(plan.reconnect).toMatchObject({ jitter: 0, maxMs: 120_000 });
  });

  test.each([
    ["too few Units for the load", { load: "5000", units: "10" }, /--units 50/],
    ["a flag of another pace", { pace: "constant", speed: "2" }, /--speed.*constant/],
    ["a load where the recording has its own", { pace: "replay", load: "5" }, /--load/],
    ["a replay without a recording", { pace: "replay" }, /--replay/],
    ["a recording that is not there", { replay: "/nowhere.csv" }, /cannot be read/],
  ])("refuses %s", async (_name, flags, words) => {
    const error = await planned(flags).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: expect.stringMatching(/INVALID/) });
    const { message, hint } = error as { message: string; hint?: string };
    expect(`${message} ${hint ?? ""}`).toMatch(words);
  });

  test.each([
    ["offsets that fall", "offsetsMs: [5, 1]", /must rise/],
    [
      "a curve that sends nothing",
      "points: [{ atMs: 0, perSec: 0 }, { atMs: 9, perSec: 0 }]",
      /nothing/,
    ],
    ["neither", "rate: 5", /offsetsMs/],
  ])("refuses a recording of %s", async (_name, text, words) => {
    const folder = await folderWith({ "r.yaml": text });
    await expect(planned({ replay: join(folder, "r.yaml") })).rejects.toThrow(words);
  });

  test("refuses a fault after the end, and one where there are no sessions", async () => {
    const late = await folderWith({
      "late.yaml":
        "id: late\nabout: Late.\nduration: 5s\nfaults: [{ at: 9s, kind: session-takeover, share: 1 }]",
    });
    await expect(planned({}, join(late, "late.yaml"))).rejects.toThrow(/9 s.*5 s/);
    const api = await folderWith({
      "api-cut.yaml":
        "id: api-cut\nabout: No.\ntraffic: api\nfaults: [{ at: 1s, kind: session-takeover, share: 1 }]",
    });
    await expect(planned({}, join(api, "api-cut.yaml"), "instance")).rejects.toThrow(/no sessions/);
  });
});

describe("loadstone run", () => {
  test.each([
    ["no target", ["run"], /one target/],
    [
      "a scenario that is not there",
      ["run", "nothing", "--broker", "mqtt://127.0.0.1"],
      /"nothing"/,
    ],
    [
      "a way out of the folder",
      ["run", "../schema", "--broker", "mqtt://127.0.0.1"],
      /no scenario/,
    ],
    ["a time without a unit", ["run", "--broker", "mqtt://127.0.0.1", "--duration", "5"], /30s/],
  ])("refuses %s", async (_name, argv, words) => {
    const running = runProgram(testWorld(argv));
    await expect(running).rejects.toMatchObject({ code: expect.stringMatching(/INVALID/) });
    await expect(running).rejects.toThrow(words);
  });

  test("refuses a public address before anything is sent", async () => {
    const running = runProgram(testWorld(["run", "--broker", "mqtt://8.8.8.8"]));
    await expect(running).rejects.toMatchObject({ code: "TARGET_NOT_ALLOWED" });
  });
});
