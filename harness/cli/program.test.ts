import { describe, expect, test } from "vitest";
import { testWorld } from "../test/test-world.ts";
import { runProgram } from "./program.ts";

const run = (...argv: string[]) => runProgram(testWorld(argv));

describe("the command line", () => {
  test("prints help with its exit codes", async () => {
    const world = testWorld(["--help"]);
    expect(await runProgram(world)).toBe(0);
    expect(world.printed.join("")).toMatch(/grade[\s\S]*sandbox[\s\S]*120 {2}invalid run/);
  });

  test.each(["up", "grade", "run", "plan", "sandbox", "clean", "serve", "report"])(
    "explains %s",
    async (command) => {
      const world = testWorld([command, "--help"]);
      expect(await runProgram(world)).toBe(0);
      expect(world.printed.join("")).toContain(`Usage: loadstone ${command}`);
    },
  );

  test.each([[[]], [["runs"]]])("prints help where a command is missing: %j", async (argv) => {
    const world = testWorld(argv);
    expect(await runProgram(world)).toBe(104);
    expect(world.printed).toEqual([]);
    expect(world.warned.join("")).toContain(["Usage: loadstone", ...argv].join(" "));
  });

  test.each([
    ["an unknown command", ["grade-it"], /unknown command/],
    ["an unknown flag", ["grade", "--fast"], /unknown option/],
    ["no target", ["grade"], /one target/],
    [
      "two targets",
      ["grade", "--broker", "mqtt://127.0.0.1", "--instance", "http://x"],
      /one target/,
    ],
    ["a broker given as an instance", ["grade", "--instance", "mqtt://127.0.0.1"], /--broker/],
    ["a depth that is none", ["plan", "--depth", "deep"], /depth/],
    ["a letter that is none", ["grade", "--broker", "mqtt://127.0.0.1", "--min", "Z"], /min/],
  ])("refuses %s", async (_name, argv, words) => {
    await expect(run(...argv)).rejects.toMatchObject({ code: expect.stringMatching(/INVALID/) });
    await expect(run(...argv)).rejects.toSatisfy((error: Error & { hint?: string }) =>
      words.test(`${error.message} ${error.hint ?? ""}`),
    );
  });

  test("refuses a public address before anything is sent", async () => {
    await expect(run("grade", "--broker", "mqtt://8.8.8.8")).rejects.toMatchObject({
      code: "TARGET_NOT_ALLOWED",
    });
  });

  test("refuses more Units than the shell may open sockets, and says how many", async () => {
    const world = testWorld(["plan", "--max-units", "5000"], { fileLimit: 1024 });
    await expect(runProgram(world)).rejects.toMatchObject({ code: "FILE_LIMIT_TOO_LOW" });
    await expect(runProgram(world)).rejects.toSatisfy(({ hint }: { hint: string }) =>
      hint.includes("ulimit -n 5400"),
    );
    const broker = ["--broker", "mqtt://127.0.0.1", "--units", "5000"];
    const running = runProgram(testWorld(["run", ...broker], { fileLimit: 1024 }));
    await expect(running).rejects.toSatisfy(({ hint }: { hint: string }) =>
      hint.endsWith("or lower --units"),
    );
  });

  test("plans with fewer Units where the shell allows no more and none were asked for", async () => {
    const world = testWorld(["plan", "--json"], { fileLimit: 1024 });
    expect(await runProgram(world)).toBe(0);
    expect(JSON.parse(world.printed.join(""))).toMatchObject({ maxUnits: 624 });
  });

  test("prints a plan without a target to send to", async () => {
    const world = testWorld(["plan", "--depth", "glance"]);
    expect(await runProgram(world)).toBe(0);
    expect(world.printed.join("")).toMatch(/Relay[\s\S]*API[\s\S]*at most .* in all/);
  });
});
