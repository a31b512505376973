import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { readSettings } from "../config.ts";
import { LoadstoneError } from "../errors.ts";
import { skippingClock } from "../test/skipping-clock.ts";
import { testWorld } from "../test/test-world.ts";
import type { World } from "../world.ts";
import { bad, type Check, ok } from "./check.ts";
import { CHECKS } from "./checks.ts";
import { type Diagnosis, diagnosisSchema } from "./diagnosis.ts";
import { examine } from "./examine.ts";
import { renderDiagnosis } from "./render.ts";
import { DoctorTarget } from "./target/doctor-target.ts";

const check = (id: string, run: Check["run"], more: Partial<Check> = {}): Check => ({
  id,
  title: id,
  about: "machine",
  run,
  ...more,
});

async function examined(checks: readonly Check[], change: Partial<World> = {}) {
  const world = testWorld([], { clock: skippingClock(), ...change });
  const settings = await readSettings(world, {});
  const target = new DoctorTarget({
    kind: "broker",
    world,
    gate: () => Promise.reject(new LoadstoneError("TARGET_NOT_ALLOWED", "not ours")),
    runId: "test",
    manifestDir: "/nowhere",
    repositoryUrl: "https://git.test/unit.git",
  });
  return examine(checks, { world, settings, units: 10, target });
}

const failing = (about: Check["about"]) =>
  check("failing", () => bad("fail", "broken", "whole", "mend it"), { about });

describe("an examination", () => {
  test("tells every check that applies, in order, and ends well when none failed", async () => {
    const { checks, exitCode } = await examined([
      check("first", () => ok("fine")),
      check("other", () => ok("not asked"), { about: "instance" }),
      check("second", () => Promise.resolve(bad("warn", "so so", "good", "help"))),
    ]);
    expect(checks.map(({ id, outcome }) => [id, outcome])).toEqual([
      ["first", "ok"],
      ["second", "warn"],
    ]);
    expect(exitCode).toBe(0);
  });

  test("skips what needs a check that failed, and what needs that in turn", async () => {
    const { checks } = await examined([
      { ...failing("broker"), title: "The first" },
      check("next", () => ok("never"), { about: "broker", needs: ["failing"] }),
      check("last", () => ok("never"), { about: "broker", needs: ["next"] }),
      check("aside", () => ok("fine"), { about: "broker" }),
    ]);
    expect(checks.map(({ outcome }) => outcome)).toEqual(["fail", "skipped", "skipped", "ok"]);
    expect(checks[1]?.seen).toBe("needs The first");
  });

  test.each([
    ["a fault of this machine", failing("machine"), 104],
    ["a fault of the target", failing("broker"), 121],
    [
      "an error with a code",
      check("x", () => Promise.reject(new LoadstoneError("LOGIN_REFUSED", "no"))),
      121,
    ],
    [
      "a target that may not be loaded",
      check("x", async ({ target }) => ok((await target?.pinned())?.url ?? ""), {
        about: "broker",
      }),
      104,
    ],
  ])("ends after %s with its code, told as a finding", async (_what, one, code) => {
    const { checks, exitCode } = await examined([one]);
    expect([checks[0]?.outcome, exitCode]).toEqual(["fail", code]);
  });

  test("takes an error without a code for a finding too", async () => {
    const { checks } = await examined([check("x", () => Promise.reject(new Error("odd")))]);
    expect(checks[0]).toMatchObject({ outcome: "fail", seen: "odd" });
  });

  test("gives a check that never answers up", async () => {
    const { checks } = await examined([check("x", () => new Promise(() => {}))]);
    expect(checks[0]?.seen).toBe("no answer within 20 s");
  });

  test("stops when it is stopped", async () => {
    const stop = new AbortController();
    const checks = [
      check("first", () => {
        stop.abort(new Error("by hand"));
        return ok("fine");
      }),
      check("second", () => ok("never")),
    ];
    await expect(examined(checks, { signal: stop.signal })).rejects.toThrow("by hand");
  });
});

describe("the checks there are", () => {
  test("have names of their own, and come after what they need", () => {
    for (const about of ["broker", "instance"] as const) {
      const asked = CHECKS.filter((one) => one.about === "machine" || one.about === about);
      const before = new Set<string>();
      for (const { id, needs = [] } of asked) {
        expect(before.has(id)).toBe(false);
        expect(needs.filter((need) => !before.has(need))).toEqual([]);
        before.add(id);
      }
    }
  });
});

const diagnosis: Diagnosis = {
  schema: "loadstone/doctor/1",
  loadstoneVersion: "1.0.0",
  at: "2026-11-24T12:00:00.000Z",
  target: "mqtt://127.0.0.1",
  units: 12_000,
  works: false,
  exitCode: 104,
  checks: [
    { id: "node", title: "Node", about: "machine", outcome: "ok", seen: "20.19.0", tookMs: 0 },
    {
      id: "open-files",
      title: "Open files",
      about: "machine",
      outcome: "fail",
      seen: "64 allowed",
      needed: "410 for 10 Units",
      fix: "ulimit -n 410",
      tookMs: 1,
    },
    {
      id: "connect",
      title: "MQTT 3.1.1",
      about: "broker",
      outcome: "skipped",
      seen: "needs \u001b[2Jaddress",
      tookMs: 0,
    },
  ],
};

describe("what the doctor prints", () => {
  test("has a line for each check, and the fix below what is not well", () => {
    expect(renderDiagnosis(diagnosis, false).split("\n")).toEqual([
      "This machine, for 12 000 Units",
      "  ok       Node               20.19.0",
      "  fail     Open files         64 allowed",
      "                              needed: 410 for 10 Units",
      "                              fix: ulimit -n 410",
      "",
      "The broker mqtt://127.0.0.1",
      "  skipped  MQTT 3.1.1         needs  [2Jaddress",
      "",
      "1 of 3 checks failed: a run would not work.",
      "",
    ]);
  });

  const published: object = JSON.parse(
    readFileSync(new URL("../../reports/schema/doctor-1.json", import.meta.url), "utf8"),
  ) as object;

  test("as JSON follows the published schema, which is the one the code gives", () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(diagnosisSchema())));
    const validate = new Ajv2020({ allErrors: true, formats: { "date-time": true } });
    expect(validate.validate(published, diagnosis)).toBe(true);
    expect(validate.validate(published, { ...diagnosis, secret: 1 })).toBe(false);
  });
});
