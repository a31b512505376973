import { afterEach, describe, expect, test } from "vitest";
import { FixedRunReport } from "#grader/contracts/fixed-run.ts";
import { startAedes } from "../../transport/mqtt/aedes.suite.ts";
import { dataDirectory, runToEnd, startProgram } from "./program.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function startBroker(): Promise<string> {
  const { port, stop } = await startAedes();
  closing.push(stop);
  return `mqtt://127.0.0.1:${port}`;
}

describe("loadstone run", () => {
  test("prints its report as JSON and nothing else, and the run is listed as one", async () => {
    await using data = await dataDirectory();
    const env = { LOADSTONE_DATA: data.path };
    const url = await startBroker();
    const flags = ["--load", "100", "--duration", "3s", "--units", "10", "--pace", "constant"];
    const { stdout, stderr } = await runToEnd(["run", "--broker", url, ...flags, "--json"], env);
    const report = FixedRunReport.parse(JSON.parse(stdout));
    expect(report.delivery.intended).toBe(300);
    expect(stderr).toContain("Relay");
    const list = await runToEnd(["runs", "ls"], env);
    expect(list.stdout).toMatch(new RegExp(`${report.run.id}.* run `));
    const again = await runToEnd(["report", report.run.id], env);
    expect(again.stdout).toMatch(/intended 300/);
  });

  test("stopped by Ctrl-C reports what it measured and exits with 105", async () => {
    await using data = await dataDirectory();
    const url = await startBroker();
    const program = startProgram(
      ["run", "--broker", url, "--load", "100", "--duration", "1h", "--json"],
      { LOADSTONE_DATA: data.path },
    );
    await program.line(/Relay \d+\/s/);
    program.process.kill("SIGINT");
    expect(await program.ended).toEqual({ code: 105, signal: null });
    const report = FixedRunReport.parse(JSON.parse(program.stdout.join("\n")));
    expect(report.run.verdict).toBe("interrupted");
    expect(report.delivery.delivered).toBeGreaterThan(0);
    expect(report.delivery.pending).toBe(0);
  });
});
