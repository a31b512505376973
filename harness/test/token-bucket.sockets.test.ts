import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import type { AxisResult } from "#grader/contracts/capacity.ts";
import { Report } from "#grader/contracts/report.ts";
import { dataDirectory, runToEnd } from "./e2e/program.ts";

/**
 * The method on real sockets, held to a truth set beforehand: tests 21 and 22 of the grading method.
 * Twenty gradings at standard depth take about two hours; LOADSTONE_SOCKET_RUNS makes them fewer.
 */
const RUNS = Number(process.env["LOADSTONE_SOCKET_RUNS"] ?? 20);
const DEPTH = process.env["LOADSTONE_SOCKET_DEPTH"] ?? "standard";
const TRUE_PER_SEC = 1000;
const WITHIN = 0.04;

/** Grades a sandbox that passes so many messages a second, without noise, and no more. */
async function found(seed: number): Promise<{ code: number | null; relay: AxisResult }> {
  await using data = await dataDirectory();
  const { code, stdout, stderr } = await runToEnd(
    ["up", "--once", "--json", "--axes", "relay"].concat(
      ["--depth", DEPTH, "--capacity", `relay=${TRUE_PER_SEC}`],
      ["--seed", String(seed)],
    ),
    { LOADSTONE_DATA: data.path },
  );
  expect(`${stdout}\n${stderr}`).toMatch(/^\{/);
  const relay = Report.parse(JSON.parse(stdout)).axes.find(({ id }) => id === "relay");
  if (relay === undefined) throw new Error("no relay in the report");
  console.log(seed, code, relay.verdict, relay.capacity, relay.flags);
  return { code, relay };
}

test(`${RUNS} gradings lie within 4 %, all but one in twenty`, async () => {
  const errors: number[] = [];
  for (let seed = 1; seed <= RUNS; seed++) {
    const { relay } = await found(seed);
    expect(relay.verdict).toBe("measured");
    errors.push((relay.capacity?.value ?? 0) / TRUE_PER_SEC - 1);
  }
  console.log(errors.map((error) => error.toFixed(3)).join(" "));
  const outside = errors.filter((error) => Math.abs(error) > WITHIN);
  expect(outside.length).toBeLessThanOrEqual(Math.floor(RUNS / 20));
});

test("a hog on one core never makes it wrong and confident", async () => {
  const hog = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
  try {
    const { code, relay } = await found(1);
    const { capacity, flags, verdict } = relay;
    const covered =
      capacity !== null &&
      capacity.low <= TRUE_PER_SEC &&
      (capacity.high === null || capacity.high >= TRUE_PER_SEC);
    expect(covered || flags.includes("wide") || (verdict === "inconclusive" && code === 120)).toBe(
      true,
    );
  } finally {
    hog.kill("SIGKILL");
  }
});
