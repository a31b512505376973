import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openStoreReader } from "#harness/store/clickhouse-reader.ts";
import { findHolder } from "#compose/embedded/clickhouse/lock.ts";
import { openEmbeddedClickHouse } from "#compose/embedded/clickhouse/supervise.ts";
import { openPlatform } from "../../platform/rest.ts";
import { dataDirectory, runToEnd, startProgram } from "./program.ts";

const Ready = z.object({
  url: z.string(),
  admin: z.object({ login: z.string(), password: z.string() }),
});

async function sandbox(state: string, port = "0") {
  const program = startProgram(
    ["sandbox", "--capacity", "relay=300,api=200", "--state", state, "--port", port],
    {},
  );
  const ready = Ready.parse(JSON.parse(await program.line(/^\{/)));
  const { login, password } = ready.admin;
  const env = { LOADSTONE_LOGIN: login, LOADSTONE_PASSWORD: password };
  return { program, ready, env };
}

async function unitCount(url: string): Promise<number> {
  const client = openPlatform({ url });
  try {
    const repos = await client.counts();
    return repos.unit_count;
  } finally {
    await client.close();
  }
}

async function storedRuns(data: string) {
  await using clickhouse = await openEmbeddedClickHouse({ dataDir: join(data, "clickhouse") });
  await using reader = openStoreReader({ ...clickhouse, database: "loadstone" });
  const runs = await reader.listRuns(10);
  const [run] = runs;
  const trials = run === undefined ? [] : await reader.readTrials(run.runId);
  const seconds = run === undefined ? [] : await reader.readSeconds(run.runId, 0);
  return { runs, trials, seconds };
}

const relayGlance = (url: string) =>
  `grade --instance ${url} --depth glance --axes relay`.split(" ");

describe("a killed part", () => {
  test("the harness: the run is cut off, its rows are there, and clean empties the target", async () => {
    await using data = await dataDirectory();
    const box = await sandbox(join(data.path, "box"));
    const env = { ...box.env, LOADSTONE_DATA: data.path };
    try {
      const grading = startProgram(relayGlance(box.ready.url), env);
      await grading.line(/windows [2-9]/);
      grading.process.kill("SIGKILL");
      await grading.ended;
      const listed = await runToEnd(["runs", "ls", "--json"], { LOADSTONE_DATA: data.path });
      expect(JSON.parse(listed.stdout)).toMatchObject([{ state: "cut-off", verdict: "cut-off" }]);
      const { trials, seconds } = await storedRuns(data.path);
      expect(trials.length).toBeGreaterThan(0);
      expect(seconds.length).toBeGreaterThan(3);
      expect(trials.map(({ index }) => index)).toEqual(trials.map((_, index) => index));
      const cleaned = await runToEnd(["clean", "--json"], env);
      expect(JSON.parse(cleaned.stdout)).toMatchObject({ left: [] });
      expect(cleaned.code).toBe(0);
    } finally {
      box.program.process.kill("SIGTERM");
      await box.program.ended;
    }
    const again = await sandbox(join(data.path, "box"));
    expect(await unitCount(again.ready.url)).toBe(0);
    again.program.process.kill("SIGTERM");
    await again.program.ended;
  });

  test("the sandbox: the run ends with exit 121, and clean empties it once it is back", async () => {
    await using data = await dataDirectory();
    const box = await sandbox(join(data.path, "box"));
    const env = { ...box.env, LOADSTONE_DATA: data.path };
    const grading = startProgram([...relayGlance(box.ready.url), "--json"], env);
    await grading.line(/windows [2-9]/);
    box.program.process.kill("SIGKILL");
    const { code } = await grading.ended;
    expect(code).toBe(121);
    expect(grading.stderr.join("\n")).toContain("left on the target");
    const back = await sandbox(join(data.path, "box"), new URL(box.ready.url).port);
    const cleaned = await runToEnd(["clean", "--json"], { ...back.env, LOADSTONE_DATA: data.path });
    expect(cleaned.code).toBe(0);
    expect(await unitCount(back.ready.url)).toBe(0);
    back.program.process.kill("SIGTERM");
    await back.program.ended;
  });

  test("the ClickHouse child: the run goes on and loses no row", async () => {
    await using data = await dataDirectory();
    const box = await sandbox(join(data.path, "box"));
    const env = { ...box.env, LOADSTONE_DATA: data.path };
    const grading = startProgram([...relayGlance(box.ready.url), "--json"], env);
    await grading.line(/windows [2-9]/);
    process.kill(await clickHousePid(data.path), "SIGKILL");
    const { code } = await grading.ended;
    expect(grading.stderr.join("\n")).not.toMatch(/internal error/);
    expect([0, 120]).toContain(code);
    const report = JSON.parse(grading.stdout.join("\n")) as { waves: unknown[] };
    const { runs, trials } = await storedRuns(data.path);
    expect(runs[0]?.state).toBe("finished");
    expect(trials.filter(({ phase }) => phase !== "drain")).toHaveLength(report.waves.length);
    box.program.process.kill("SIGTERM");
    await box.program.ended;
  });

  test("Ctrl-C drains, cleans up, keeps what is known and exits 105", async () => {
    await using data = await dataDirectory();
    const box = await sandbox(join(data.path, "box"));
    const env = { ...box.env, LOADSTONE_DATA: data.path };
    const grading = startProgram([...relayGlance(box.ready.url), "--json"], env);
    await grading.line(/windows [1-9]/);
    grading.process.kill("SIGINT");
    expect((await grading.ended).code).toBe(105);
    const report = JSON.parse(grading.stdout.join("\n")) as { run: { verdict: string } };
    expect(report.run.verdict).toBe("interrupted");
    const cleaned = await runToEnd(["clean", "--json"], env);
    expect(JSON.parse(cleaned.stdout)).toEqual({ removed: 0, left: [], kept: [] });
    box.program.process.kill("SIGTERM");
    await box.program.ended;
  });
});

async function clickHousePid(data: string): Promise<number> {
  const holder = await findHolder(join(data, "clickhouse"));
  if (holder === undefined) throw new Error("no ClickHouse runs there");
  return holder.child.pid;
}
