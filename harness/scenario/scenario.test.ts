import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { scenarioSchema } from "./json-schema.ts";
import { loadObjectives, loadScenario, SCENARIO_DIRECTORY } from "./load.ts";

const SHIPPED = ["link", "relay", "relay-broker", "store", "base", "base-logs", "api"];
const shippedFile = (id: string) => new URL(`waves/${id}.yaml`, SCENARIO_DIRECTORY);

async function fileWith(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "loadstone-scenario-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

describe("a scenario", () => {
  test.each(SHIPPED)("as shipped is valid: %s", async (id) => {
    expect((await loadScenario(shippedFile(id))).id).toBe(id);
  });

  test("has an objective for every shipped axis", async () => {
    const objectives = await loadObjectives(new URL("objectives.yaml", SCENARIO_DIRECTORY));
    expect(objectives.map(({ axis }) => axis)).toEqual(["link", "relay", "store", "base", "api"]);
  });

  test("is refused with every problem named at once", async () => {
    const text = (await readFile(shippedFile("relay"), "utf8"))
      .replace("qos: 1", "qos: 3")
      .replace("coolMs: 10000", "coolMs: -1\ncolour: red");
    const loading = loadScenario(await fileWith("relay.yaml", text));
    await expect(loading).rejects.toMatchObject({ code: "SCENARIO_INVALID" });
    await expect(loading).rejects.toThrow(/colour/);
    await expect(loading).rejects.toThrow(/qos/);
    await expect(loading).rejects.toThrow(/coolMs/);
  });

  test("must be named like its file", async () => {
    const text = await readFile(shippedFile("relay"), "utf8");
    await expect(loadScenario(await fileWith("other.yaml", text))).rejects.toThrow(/named "other"/);
  });

  test("cannot start above its own maximum", async () => {
    const text = (await readFile(shippedFile("api"), "utf8")).replace("max: 2000", "max: 2");
    const loading = loadScenario(await fileWith("api.yaml", text));
    await expect(loading).rejects.toThrow(/max must not be below start/);
  });

  test.each([
    ["a missing file", undefined, /cannot be read/],
    ["broken YAML", "a: [1,", /a\.yaml: .* at line 1, column \d+$/],
    ["an empty file", "", /an object/],
    ["a key given twice", "id: a\nid: b\n", /unique/i],
  ])("says what is wrong with %s", async (_name, text, words) => {
    const file = text === undefined ? "/nowhere/a.yaml" : await fileWith("a.yaml", text);
    await expect(loadScenario(file)).rejects.toThrow(words);
  });

  test("is described by the published schema", async () => {
    const file = new URL("schema/scenario-1.json", SCENARIO_DIRECTORY);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(
      JSON.parse(JSON.stringify(scenarioSchema())),
    );
  });
});
