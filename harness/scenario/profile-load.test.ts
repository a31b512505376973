import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { profileSchema } from "./json-schema.ts";
import { SCENARIO_DIRECTORY } from "./load.ts";
import { listProfileIds, loadProfile, parseProfile, PROFILE_DIRECTORY } from "./profile-load.ts";
import { Profile } from "./profile-schema.ts";

const shipped = await listProfileIds();

async function fileWith(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "loadstone-profile-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

const source = { kind: "declared", from: "a test" };
const bare = { id: "a", about: "A.", source };
const output = { role: "output", name: "x/pepeunit", bytes: 5 };
const periodic = { kind: "periodic", every: "10s" };

describe("a profile", () => {
  test.each(shipped)("as shipped is valid: %s", async (id) => {
    expect((await loadProfile(id)).id).toBe(id);
  });

  test.each(shipped)("as shipped keeps to the published schema: %s", async (id) => {
    const text = await readFile(new URL(`${id}.yaml`, PROFILE_DIRECTORY), "utf8");
    const validate = new Ajv2020({ strict: false }).compile(profileSchema() as object);
    validate(parseYaml(text));
    expect(validate.errors).toBeNull();
  });

  test("is described by the published schema", async () => {
    const file = new URL("schema/profile-1.json", SCENARIO_DIRECTORY);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(
      JSON.parse(JSON.stringify(profileSchema())),
    );
  });

  test("fills in what is left out", () => {
    const profile = Profile.parse({ ...bare, topics: [{ ...output, when: periodic }] });
    expect(profile).toMatchObject({
      session: { keepAlive: 60_000, connectedRatio: 1 },
      topics: [{ qos: 0, fanOut: 1, stored: "default", when: { every: 10_000, jitter: 0 } }],
    });
    expect(profile.commands.map(({ name }) => name)).toHaveLength(4);
  });

  test("is refused with every problem named at once, its name among them", async () => {
    const text = JSON.stringify({
      ...bare,
      colour: "red",
      topics: [
        { ...output, when: { kind: "periodic", every: "0s" } },
        { ...output, name: "y/pepeunit", when: periodic, bytes: -1, qos: 3 },
      ],
    });
    const loading = loadProfile(await fileWith("b.yaml", text));
    await expect(loading).rejects.toMatchObject({ code: "SCENARIO_INVALID" });
    for (const words of [/named "b"/, /colour/, /at least 1ms/, /at least 0/, /0, 1 or 2/]) {
      await expect(loading).rejects.toThrow(words);
    }
  });

  test("names what is wrong between topics beside other problems", () => {
    const follows = { kind: "follows", topic: "z/pepeunit" };
    const text = JSON.stringify({ ...bare, id: "A", topics: [{ ...output, when: follows }] });
    expect(() => parseProfile(text, "here")).toThrow(/→ at id[^]*no topic z\/pepeunit/);
  });

  test.each([
    [
      "a topic twice",
      [
        { ...output, when: periodic },
        { ...output, when: periodic },
      ],
      /twice/,
    ],
    ["a chain of followers", chain(), /follows another topic itself/],
    [
      "a leader without times",
      [
        { ...output, when: { kind: "follows", topic: "c" } },
        { role: "input", name: "c" },
      ],
      /does not say when/,
    ],
  ])("is refused with %s", (_name, topics, words) => {
    expect(() => parseProfile(JSON.stringify({ ...bare, topics }), "here")).toThrow(words);
  });

  test.each([
    ["a file beyond any profile's size", "#".repeat(600 * 1024), /larger than/],
    ["aliases that unfold", "id: &a [1]\nabout: *a\n", /alias/i],
    ["broken YAML", "a: [1,", /at line 1/],
  ])("is refused as %s", async (_name, text, words) => {
    await expect(loadProfile(await fileWith("a.yaml", text))).rejects.toThrow(words);
  });

  test("that is not there is answered with those that are", async () => {
    await expect(loadProfile("nobody")).rejects.toMatchObject({
      hint: expect.stringContaining("temp-sensor"),
    });
  });
});

const after = (topic: string) => ({ kind: "follows", topic });

function chain() {
  return [
    { ...output, when: periodic },
    { ...output, name: "y", when: after("x/pepeunit") },
    { ...output, name: "z", when: after("y") },
  ];
}
