import { readFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Costs } from "#grader/contracts/costs.ts";
import { Estimate } from "#grader/contracts/estimate.ts";
import { Report } from "#grader/contracts/report.ts";
import { readSettings } from "../config.ts";
import { testWorld, type TestWorld } from "../test/test-world.ts";
import { runProgram } from "./program.ts";
import { openStores } from "./stores.ts";

const MINUTE_MS = 60_000;

/** A graded instance with three sensors of a Repo metered for a day. */
async function fillStore(world: TestWorld, report: Report): Promise<void> {
  await using stores = await openStores(world, await readSettings(world, {}));
  const { writer } = stores;
  const endMs = Math.floor(world.clock.wall() / MINUTE_MS) * MINUTE_MS;
  const instance = report.run.target.url;
  const row = { instance, repo: "wifi_relay", messages: 6, bytes: 400, stored: 0 };
  for (let minute = 1; minute <= 24 * 60; minute++) {
    const atMs = endMs - minute * MINUTE_MS;
    for (const unit of ["a", "b", "c"]) {
      writer.write("unit_minutes", { ...row, unit, node: `node-${unit}`, atMs });
    }
  }
  writer.write("grades", { runId: report.run.id, atMs: endMs, digest: "", report });
  writer.write("runs", {
    runId: report.run.id,
    revision: 1,
    state: "finished",
    verdict: "passed",
    reason: "",
    targetKind: "instance",
    targetUrl: report.run.target.url,
    depth: report.run.depth,
    axes: [],
    seed: 1,
    startedAtMs: endMs,
    endedAtMs: endMs,
    heartbeatAtMs: endMs,
    plan: "{}",
    environment: "{}",
    loadstoneVersion: "0",
  });
  await writer.flush();
}

test("costs and estimates go by the store: what was metered, and the newest grading", async () => {
  const data = await mkdtemp(join(tmpdir(), "loadstone-costs-"));
  onTestFinished(() => rm(data, { recursive: true }));
  const env = { LOADSTONE_DATA: data };
  const golden = new URL("../../reports/golden/instance.json", import.meta.url);
  const report = Report.parse(JSON.parse(await readFile(golden, "utf8")));
  const target = ["--instance", report.run.target.url, "--json"];
  await fillStore(testWorld([], { env }), report);

  const costing = testWorld(["costs", ...target], { env });
  expect(await runProgram(costing)).toBe(0);
  const costs = Costs.parse(JSON.parse(costing.printed.join("")));
  expect(costs).toMatchObject({ units: 3, repos: [{ repo: "wifi_relay", basis: "metered" }] });
  expect(costs.hours).toBeCloseTo(24, 1);

  const estimating = testWorld(["estimate", "--repo", "relay=10", ...target], { env });
  expect(await runProgram(estimating)).toBe(0);
  const made = Estimate.parse(JSON.parse(estimating.printed.join("")));
  expect(made.target).toMatchObject({ runId: report.run.id, useMetered: true });
  expect(made.repos[0]).toMatchObject({ basis: "metered", unitsSeen: 3 });
  expect(made.axes[0]).toMatchObject({ axis: "link", used: 3, asked: 10 });
});
