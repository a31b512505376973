import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism, constants, setPriority } from "node:os";
import { afterEach, describe, expect, test } from "vitest";
import { Report } from "#grader/contracts/report.ts";
import { dataDirectory, startProgram } from "./program.ts";

const HOG_MS = 60_000;
const hogs: ChildProcess[] = [];
afterEach(() => {
  for (const hog of hogs.splice(0)) hog.kill("SIGKILL");
});

/** Busy loops, two for each core; each ends by itself after a minute. */
function startHogs(): void {
  const loop = `const end = Date.now() + ${HOG_MS}; while (Date.now() < end);`;
  for (let i = 0; i < 2 * availableParallelism(); i++) {
    hogs.push(spawn(process.execPath, ["-e", loop], { stdio: "ignore" }));
  }
}

/** Every other program goes first. Linux gives each thread a priority of its own. */
function putLast(pid: number): void {
  const threads = process.platform === "linux" ? readdirSync(`/proc/${pid}/task`) : [pid];
  for (const id of threads) setPriority(Number(id), constants.priority.PRIORITY_LOW);
}

describe("a generator that others slow down", () => {
  test("never yields a capacity, however well the run began", async () => {
    await using data = await dataDirectory();
    const up = startProgram(
      ["up", "--once", "--json", "--axes", "relay", "--capacity", "relay=300"],
      { LOADSTONE_DATA: data.path },
    );
    await up.line(/windows 1/);
    putLast(up.process.pid ?? 0);
    startHogs();
    const { code } = await up.ended;
    const report = Report.parse(JSON.parse(up.stdout.join("\n")));
    const relay = report.axes.find(({ id }) => id === "relay");
    expect(code).toBe(120);
    expect(relay).toMatchObject({ verdict: "inconclusive", capacity: null });
    expect(relay?.flags).toContain("generator-limited");
    expect(report.run).toMatchObject({ verdict: "invalid" });
    expect(report.run.reason).toContain("docs/generator-guard.md");
    expect(report.grade.letter).toBeNull();
  });
});
