import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { Report } from "#grader/contracts/report.ts";
import { ROOT } from "../../cli/processes.ts";
import { dataDirectory, startProgram } from "./program.ts";

describe("the main job", () => {
  test("npm start -- --once --json prints the report alone and exits with its code", async () => {
    await using data = await dataDirectory();
    const child = spawn(
      "npm",
      ["start", "--", "--once", "--json", "--axes", "relay", "--capacity", "relay=300"],
      { cwd: ROOT, env: { ...process.env, LOADSTONE_DATA: data.path, NO_COLOR: "1" } },
    );
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.resume();
    const [code] = (await once(child, "close")) as [number];
    const report = Report.parse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
    expect(code).toBe(report.run.exitCode);
    const relay = report.axes.find(({ id }) => id === "relay");
    expect(relay?.verdict).toBe("measured");
    expect(relay?.capacity?.low).toBeLessThan(300);
    expect(relay?.capacity?.high).toBeGreaterThan(270);
    expect(report.grade).toMatchObject({ scope: "partial", publishable: false });
  });

  test("serves the run live, and Ctrl-C drains, cleans up and exits 105", async () => {
    await using data = await dataDirectory();
    const up = startProgram(["up", "--port", "0"], { LOADSTONE_DATA: data.path });
    const line = await up.line(/^dashboard: /);
    const live = line.replace("dashboard: ", "");
    await up.line(/windows 1/);
    const page = await fetch(live);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("Relay");
    up.process.kill("SIGINT");
    expect((await up.ended).code).toBe(105);
    await expect(fetch(live)).rejects.toThrow("fetch failed");
    expect(up.stdout.join("\n")).toMatch(/INTERRUPTED|interrupted/i);
  });
});
