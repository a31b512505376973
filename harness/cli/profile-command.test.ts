import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Estimate } from "#grader/contracts/estimate.ts";
import { loadProfile } from "../scenario/profile-load.ts";
import { testWorld } from "../test/test-world.ts";
import { runProgram } from "./program.ts";

const SCHEMA = {
  input_base_topic: ["update/pepeunit", "schema_update/pepeunit"],
  output_base_topic: ["state/pepeunit", "log/pepeunit"],
  input_topic: ["relay_command/pepeunit"],
  output_topic: ["pressure/pepeunit", "button_click/pepeunit", "camera_frame/pepeunit"],
};

/** A Repo's directory with these files. */
async function repoWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "loadstone-draft-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const repo = join(folder, "My_Station.git");
  await mkdir(repo);
  for (const [name, text] of Object.entries(files)) await writeFile(join(repo, name), text);
  return repo;
}

const schemaAlone = () => repoWith({ "schema_example.json": JSON.stringify(SCHEMA) });

async function drafted(repo: string, ...argv: string[]) {
  const world = testWorld(["profile", "draft", "--repo", repo, ...argv]);
  const out = join(repo, "..", "station.yaml");
  const code = await runProgram({ ...world, argv: [...world.argv, "--out", out] });
  return { code, out, profile: await loadProfile(out), said: world.warned.join("\n") };
}

const topicOf = (profile: Awaited<ReturnType<typeof loadProfile>>, name: string) =>
  profile.topics.find((topic) => topic.name === `${name}/pepeunit`);

describe("profile draft", () => {
  test("needs schema_example.json alone, and says all it assumed", async () => {
    const { code, profile, said } = await drafted(await schemaAlone());
    expect(code).toBe(0);
    expect(profile).toMatchObject({ id: "station", client: "other" });
    expect(profile.commands.map(({ name }) => name)).toEqual(["update", "schema_update"]);
    expect(topicOf(profile, "pressure")?.when).toMatchObject({ kind: "periodic", every: 10_000 });
    expect(topicOf(profile, "button_click")?.when).toMatchObject({ kind: "poisson" });
    expect(topicOf(profile, "camera_frame")?.bytes).toBe(1368);
    expect(said).toMatch(/assumed: pressure\/pepeunit is sent every 10s \(--every\)/);
    for (const text of profile.source.assumed ?? []) expect(said).toContain(text);
    expect(said).toMatch(/next: loadstone estimate/);
  });

  test("is good for an estimate at once", async () => {
    const { out } = await drafted(await schemaAlone());
    const world = testWorld(["estimate", "--profile", out, "--repo", "station=50", "--json"]);
    expect(await runProgram(world)).toBe(0);
    const made = Estimate.parse(JSON.parse(world.printed.join("")));
    expect(made.repos[0]).toMatchObject({ basis: "declared", units: 50 });
    expect(made.repos[0]?.assumed.length).toBeGreaterThan(3);
  });

  test.each([
    [{ PUBLISH_SEND_INTERVAL: 5000 }, 5000],
    [{ PUBLISH_SEND_INTERVAL: 1 }, 1000],
    [{ DELAY_PUB_MSG: "2", PU_STATE_SEND_INTERVAL: 300 }, 2000],
    [{ VIDEO_FPS: 10, LOOP_DELAY: 3 }, 100],
    [{ PERIOD_SEC: 300 }, 300_000],
    [{ WIFI_SSID: "interval" }, 10_000],
  ])("reads the interval of %j", async (env, everyMs) => {
    const files = {
      "schema_example.json": JSON.stringify(SCHEMA),
      "env_example.json": JSON.stringify(env),
    };
    const { profile } = await drafted(await repoWith(files));
    expect(topicOf(profile, "pressure")?.when).toMatchObject({ every: everyMs });
  });

  test("takes the author's word before any guess", async () => {
    const said = [
      "--every",
      "pressure=30s",
      "--events",
      "relay_command=2h",
      "--bytes",
      "pressure=4-6",
    ];
    const { profile } = await drafted(await schemaAlone(), ...said, "--fan-out", "pressure=3");
    expect(topicOf(profile, "pressure")).toMatchObject({
      when: { every: 30_000 },
      bytes: { from: 4, to: 6 },
      fanOut: 3,
    });
    expect(topicOf(profile, "relay_command")?.when).toMatchObject({
      kind: "poisson",
      every: 7_200_000,
    });
    expect(profile.source.from).toMatch(/its author added/);
  });

  test("knows the client library by the Repo's files, and QoS by the library", async () => {
    const files = { "schema_example.json": JSON.stringify(SCHEMA), "go.mod": "module x" };
    const { profile } = await drafted(await repoWith(files));
    expect(profile).toMatchObject({ client: "go", session: { keepAlive: 60_000 } });
    expect(topicOf(profile, "pressure")?.qos).toBe(1);
  });

  test("never writes over a profile that is there", async () => {
    const repo = await schemaAlone();
    const { out } = await drafted(repo);
    const before = await readFile(out, "utf8");
    await expect(drafted(repo, "--every", "pressure=1s")).rejects.toThrow(/is there already/);
    expect(await readFile(out, "utf8")).toBe(before);
  });

  test("names every hint that is wrong at once", async () => {
    const repo = await schemaAlone();
    const wrong = drafted(repo, "--every", "nobody=1s", "--bytes", "pressure=many");
    await expect(wrong).rejects.toThrow(/nobody[^]*bytes such as/);
    await expect(wrong).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  test.each([
    ["no schema_example.json", {}, /schema_example\.json cannot be read/],
    ["one that is no JSON", { "schema_example.json": "{" }, /schema_example\.json: /],
    ["one without its keys", { "schema_example.json": "{}" }, /output_base_topic/],
  ])("refuses a Repo with %s", async (_name, files, words) => {
    await expect(drafted(await repoWith(files))).rejects.toThrow(words);
  });
});

describe("profile show", () => {
  test("lists what is shipped", async () => {
    const world = testWorld(["profile", "show"]);
    expect(await runProgram(world)).toBe(0);
    expect(world.printed.join("")).toMatch(/temp-sensor +DS18B20[^]*garage/);
  });

  test("says what a profile says, from where, and what it costs", async () => {
    const world = testWorld(["profile", "show", "weather-bmp-co2"]);
    expect(await runProgram(world)).toBe(0);
    const text = world.printed.join("");
    expect(text).toMatch(/temperature\/pepeunit +every 5 s/);
    expect(text).toMatch(/counts as 6 reference Units, most on Relay/);
    expect(text).toMatch(/published: bmx280/);
  });
});

describe("profile check", () => {
  test("tells limits as warnings and problems as failures, of all profiles", async () => {
    const repo = await repoWith({
      "fast.yaml": `{ id: fast, about: A., source: { kind: declared, from: me }, topics: [
        { role: output, name: a, bytes: 4, fanOut: 20, when: { kind: periodic, every: 10ms },
          stored: { policy: time-window } },
        { role: state, bytes: 9, when: { kind: periodic, every: 5s } }] }`,
      "bad.yaml": "{ id: bad, colour: red }",
    });
    const names = [join(repo, "fast.yaml"), join(repo, "bad.yaml"), "temp-sensor"];
    const world = testWorld(["profile", "check", ...names]);
    expect(await runProgram(world)).toBe(104);
    const text = world.printed.join("");
    for (const words of [
      /messages a second: a broker reads 30/,
      /only topics that end in \/pepeunit/,
      /more than 10 edges/,
      /sooner than 60 s/,
      /colour/,
      /✓ temp-sensor/,
    ]) {
      expect(text).toMatch(words);
    }
  });

  test("passes every shipped profile without a warning but for storms and extremes", async () => {
    const world = testWorld(["profile", "check", "temp-sensor", "relay", "video-source", "--json"]);
    expect(await runProgram(world)).toBe(0);
    const checked = JSON.parse(world.printed.join("")) as { warnings: string[] }[];
    expect(checked.flatMap(({ warnings }) => warnings)).toEqual([]);
  });
});
