import { readFile, readdir } from "node:fs/promises";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { runScenarioSchema } from "./json-schema.ts";
import { loadRunScenario, SCENARIO_DIRECTORY } from "./load.ts";
import { FAULT_KINDS } from "#grader/contracts/fixed-run.ts";
import { RunScenario } from "./run-schema.ts";
import { Span } from "./span.ts";

const folder = new URL("faults/", SCENARIO_DIRECTORY);

describe("a run scenario", () => {
  test("is shipped for each kind of fault, valid and named like it", async () => {
    const files = await readdir(folder);
    expect(files.map((file) => basename(file, ".yaml")).toSorted()).toEqual(FAULT_KINDS.toSorted());
    for (const file of files) {
      const { faults, duration = 0 } = await loadRunScenario(new URL(file, folder));
      expect(faults.map(({ kind }) => kind)).toEqual([basename(file, ".yaml")]);
      // It ends late enough to see what it waits for.
      expect(Math.max(...faults.map(({ at, within }) => at + within))).toBeLessThanOrEqual(
        duration,
      );
    }
  });

  test("is described by the published schema", async () => {
    const file = new URL("schema/run-1.json", SCENARIO_DIRECTORY);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(
      JSON.parse(JSON.stringify(runScenarioSchema())),
    );
  });

  const bare = { id: "a", about: "A." };

  test("fills in what is left out", () => {
    const faults = [{ at: "5s", kind: "reconnect-storm", share: 0.5 }];
    expect(RunScenario.parse({ ...bare, faults })).toMatchObject({
      traffic: "relay",
      keepAliveSec: 60,
      reconnect: "device",
      faults: [{ at: 5000, within: 60_000, reconnect: "at-once" }],
    });
  });

  test.each([
    ["a command to run", { at: "5s", kind: "broker-restart", command: "reboot" }],
    ["a share above all", { at: "5s", kind: "half-open", share: 2 }],
    ["a fault nobody knows", { at: "5s", kind: "earthquake" }],
    ["a pause without an end", { at: "5s", kind: "slow-consumer", share: 0.1 }],
    ["a time without a unit", { at: 5, kind: "session-takeover", share: 0.1 }],
  ])("refuses %s", (_name, fault) => {
    expect(RunScenario.safeParse({ ...bare, faults: [fault] }).success).toBe(false);
  });
});

test.each([
  ["500ms", 500],
  ["1.5s", 1500],
  ["5m", 300_000],
  ["1h", 3_600_000],
])("%s is %i milliseconds", (text, ms) => {
  expect(Span.parse(text)).toBe(ms);
});
