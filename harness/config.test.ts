import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { defaultDataDirectory, readSettings } from "./config.ts";

async function folderWith(text?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "loadstone-config-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  if (text !== undefined) await writeFile(join(folder, "loadstone.yaml"), text);
  return folder;
}

describe("the settings", () => {
  test("come from the file, the environment over it, a flag over both", async () => {
    const cwd = await folderWith("depth: glance\nmaxUnits: 10\nport: 4000\n");
    const env = { LOADSTONE_MAX_UNITS: "20", LOADSTONE_PORT: "5000" };
    const settings = await readSettings({ cwd, env }, { port: "6000" });
    expect(settings).toMatchObject({ depth: "glance", maxUnits: 20, port: 6000 });
  });

  test("have defaults for all the rest, data outside the checkout", async () => {
    const settings = await readSettings({ cwd: await folderWith(), env: {} }, {});
    expect(settings).toMatchObject({ port: 3000, host: "127.0.0.1", yes: false });
    expect(settings.data).toBe(defaultDataDirectory({}));
  });

  test("are refused with every problem named at once", async () => {
    const cwd = await folderWith("colour: red\n");
    const reading = readSettings({ cwd, env: {} }, { depth: "deep", axes: "relay,moon" });
    await expect(reading).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await expect(reading).rejects.toThrow(/colour/);
    await expect(reading).rejects.toThrow(/depth/);
    await expect(reading).rejects.toThrow(/axes/);
  });

  test("are refused by the name they were given under, with what they may be", async () => {
    const cwd = await folderWith("maxUnits: 1\nharmCeilingSec: x\nload: 0\n");
    const env = { LOADSTONE_PORT: "70000" };
    const flags = { depth: "deep", connectRate: "20000", units: "2.5", duration: "5x" };
    await expect(readSettings({ cwd, env }, flags)).rejects.toThrow(
      [
        "--depth: one of glance, quick, standard, certify",
        "maxUnits: at least 2",
        "--connect-rate: at most 10000",
        "harmCeilingSec: a number",
        "load: more than 0",
        "--duration: a time such as 500ms, 30s, 5m or 1h",
        "--units: a whole number",
        "LOADSTONE_PORT: at most 65535",
      ].join("\n"),
    );
  });

  test.each(["http://user:secret@host:8123", "http://host:8123/?password=secret"])(
    "refuse a password in a URL, and do not repeat it: %s",
    async (clickhouse) => {
      const reading = readSettings({ cwd: await folderWith(), env: {} }, { clickhouse });
      await expect(reading).rejects.toMatchObject({ code: "CONFIG_INVALID" });
      await expect(reading).rejects.toThrow(/LOADSTONE_CLICKHOUSE_PASSWORD.*--clickhouse-user/);
      await expect(reading).rejects.not.toThrow(/secret/);
    },
  );

  test("take an IPv6 address with or without its brackets", async () => {
    const cwd = await folderWith();
    expect((await readSettings({ cwd, env: {} }, { host: "[::1]" })).host).toBe("::1");
    expect((await readSettings({ cwd, env: {} }, { host: "::1" })).host).toBe("::1");
  });

  test("take the seeds that the sandbox takes", async () => {
    const world = { cwd: await folderWith(), env: {} };
    const { seed } = await readSettings(world, { seed: 2 ** 31 - 1 });
    expect(seed).toBe(2_147_483_647);
    await expect(readSettings(world, { seed: 2 ** 31 })).rejects.toThrow(/seed/);
  });

  test("name a config file that is not there", async () => {
    const cwd = await folderWith();
    const reading = readSettings({ cwd, env: {} }, { config: "missing.yaml" });
    await expect(reading).rejects.toThrow(/missing\.yaml cannot be read/);
  });

  test("keep data where XDG says, if it says an absolute path", () => {
    expect(defaultDataDirectory({ XDG_DATA_HOME: "/x" })).toBe("/x/loadstone");
    expect(defaultDataDirectory({ XDG_DATA_HOME: "x" })).not.toContain("x/loadstone/x");
  });
});
