import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { Costs } from "#grader/contracts/costs.ts";
import { Estimate } from "#grader/contracts/estimate.ts";
import { costsSchema, estimateSchema } from "#reports/schema/cost-schemas.ts";
import { testWorld } from "../test/test-world.ts";
import { shareOut } from "./estimate-asks.ts";
import { runProgram } from "./program.ts";

const grade = fileURLToPath(new URL("../../reports/golden/instance.json", import.meta.url));

async function printed(...argv: string[]): Promise<string> {
  const world = testWorld(argv);
  expect(await runProgram(world)).toBe(0);
  return world.printed.join("");
}

const estimated = async (...argv: string[]) =>
  Estimate.parse(JSON.parse(await printed("estimate", ...argv, "--json")));

const run = (...argv: string[]) => runProgram(testWorld(["estimate", ...argv]));

async function fileWith(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "loadstone-estimate-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

describe("loadstone estimate", () => {
  test("reads at a glance", async () => {
    const text = await printed(
      "estimate",
      "--repo",
      "temp-sensor=300",
      "--repo",
      "relay=50",
      "--grade",
      grade,
    );
    await expect(text).toMatchFileSnapshot("../../reports/golden/estimate.txt");
  });

  test("alone needs no store and no target", async () => {
    const made = await estimated("--repo", "reference-unit=40");
    expect(made.target).toBeNull();
    expect(made.referenceUnits).toBeCloseTo(40);
  });

  test("keeps to its published schema", async () => {
    const made = JSON.parse(
      await printed("estimate", "--repo", "garage=20", "--grade", grade, "--json"),
    ) as unknown;
    const validate = new Ajv2020({ strict: false }).compile(estimateSchema() as object);
    validate(made);
    expect(validate.errors).toBeNull();
  });

  test("finds a shipped profile by its Repo, and takes a mix apart", async () => {
    const { repos } = await estimated("--repo", "wifi_relay=7", "--repo", "garage=100");
    expect(repos[0]).toMatchObject({ repo: "wifi_relay", units: 7 });
    expect(repos[0]?.from).toMatch(/wifi_relay 1\.1\.1/);
    expect(repos.slice(1).reduce((sum, { units }) => sum + units, 0)).toBe(100);
  });

  test("takes a profile from a file, by its name or once by itself", async () => {
    const file = await fileWith(
      "mine.yaml",
      `{ id: mine, about: A., source: { kind: declared, from: me }, topics: [
        { role: output, name: a/pepeunit, bytes: 4, when: { kind: periodic, every: 1s } }] }`,
    );
    expect((await estimated("--profile", file)).repos).toMatchObject([{ repo: "mine", units: 1 }]);
    const { repos } = await estimated("--profile", file, "--repo", "mine=9");
    expect(repos).toMatchObject([{ units: 9, cost: { mean: { relay: 1 } } }]);
  });

  test("prices by the hour, and only against a target", async () => {
    const made = await estimated("--repo", "relay=9", "--grade", grade, "--hourly-cost", "2");
    expect(made.price).toMatchObject({ form: "scarcity" });
    await expect(run("--repo", "relay", "--hourly-cost", "2")).rejects.toThrow(/none is named/);
  });

  test.each([
    ["nothing to estimate", [], /say of which Repo/],
    ["every count that is none", ["--repo", "a=0", "--repo", "b=x"], /a=0[^]*b=x/],
    ["a Repo asked for twice", ["--repo", "relay=1", "--repo", "relay=2"], /relay is there twice/],
    ["a Repo nobody knows", ["--repo", "nobody=3"], /nothing is known of nobody/],
    ["a price that is no number", ["--repo", "relay", "--hourly-cost", "much"], /--hourly-cost/],
    ["a profile that is not there", ["--profile", "/nowhere/x.yaml"], /cannot be read/],
  ])("refuses %s", async (_name, argv, words) => {
    await expect(run(...argv)).rejects.toThrow(words);
    await expect(run(...argv)).rejects.toMatchObject({ code: expect.stringMatching(/INVALID/) });
  });

  test("refuses a file that is no report, and a price form that is none", async () => {
    const file = await fileWith("x.json", "{}");
    await expect(run("--repo", "relay", "--grade", file)).rejects.toThrow(/is not a report/);
    const priced = run("--repo", "relay", "--grade", grade, "--price", file);
    await expect(priced).rejects.toThrow(/is not a price form/);
  });
});

describe("loadstone costs", () => {
  test("shows what profiles declare where nothing was metered", async () => {
    const costs = Costs.parse(JSON.parse(await printed("costs", "--json")));
    expect(costs).toMatchObject({ target: null, units: 0, hot: [] });
    expect(costs.repos.map(({ basis }) => basis)).not.toContain("metered");
    expect(await printed("costs")).toMatch(/temp-sensor .*declared/);
    const validate = new Ajv2020({ strict: false }).compile(costsSchema() as object);
    validate(JSON.parse(JSON.stringify(costs)));
    expect(validate.errors).toBeNull();
  });
});

test.each([
  [10, [0.4, 0.35, 0.25], [4, 4, 2]],
  [1, [0.5, 0.5], [1, 0]],
  [1000, [0.4, 0.15, 0.25, 0.1, 0.06, 0.01, 0.03], [400, 150, 250, 100, 60, 10, 30]],
])("%d Units are shared out whole", (units, shares, parts) => {
  expect(shareOut(units, shares)).toEqual(parts);
});

test("an estimate against axes of which some were not measured says so in its first words", async () => {
  const report = JSON.parse(await readFile(grade, "utf8")) as { axes: Record<string, unknown>[] };
  const axes = report.axes.map((axis) =>
    axis["id"] === "api" ? { ...axis, verdict: "inconclusive", capacity: null } : axis,
  );
  const file = await fileWith("part.json", JSON.stringify({ ...report, axes, joint: undefined }));
  const text = await printed("estimate", "--repo", "temp-sensor=10", "--grade", file);
  expect(text).toMatch(/✓ fits, as far as measured/);
  expect(text).toMatch(/API was not measured/);
});
