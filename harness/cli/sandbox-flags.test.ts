import { Command } from "commander";
import { expect, test } from "vitest";
import { parseFlags } from "#compose/embedded/sandbox/options.ts";
import { argsOf, type SandboxFlags } from "./sandbox.ts";
import { sandboxFlags } from "./sandbox-flags.ts";

/** What the sandbox makes of a command line. */
function read(line: string) {
  const command = sandboxFlags(new Command().exitOverride());
  command.parse(line === "" ? [] : line.split(" "), { from: "user" });
  return parseFlags(argsOf(command.opts<SandboxFlags>()));
}

/** What the sandbox says of a flag without a value that means anything. */
function complaint(flag: string): string {
  try {
    parseFlags([flag]);
    return "";
  } catch (error) {
    return String(error);
  }
}

test("every flag in the help is one that the sandbox knows", () => {
  const flags = sandboxFlags(new Command()).options.map(({ long, required, optional }) => {
    const name = long === "--state" ? "--data" : `${long}`;
    return required || optional ? `${name}=` : name;
  });
  expect(flags.length).toBeGreaterThan(25);
  // A value may be missing, never the flag.
  expect(flags.filter((flag) => complaint(flag).includes("Unknown option"))).toEqual([]);
  expect(complaint("--no-such-flag")).toContain("Unknown option");
});

test("a fault alone has its usual size", () => {
  expect(read("--cold --pauses --drift --hysteresis --dies-at-overload --joint")).toMatchObject({
    jointRatio: 1,
    serviceFaults: {
      cold: { ratio: 0.45 },
      pauses: { everyMs: 25_000 },
      drift: { ratio: 0.08 },
      hysteresis: { ratio: 0.6 },
      diesAtMs: 2000,
    },
  });
});

test("a fault may have another size, and switches are switches", () => {
  expect(read("--cold 0.3 --shaper --nginx --state /tmp/x --emqx-port 18083")).toMatchObject({
    serviceFaults: { cold: { ratio: 0.3 }, gate: "shaper" },
    nginx: true,
    jobs: false,
    dataDir: "/tmp/x",
    emqxPort: 18_083,
  });
});

test("the scenarios in the help are those that there are", () => {
  const option = sandboxFlags(new Command()).options.find(({ long }) => long === "--scenario");
  for (const id of (option?.description ?? "").split(", ")) {
    expect(read(`--scenario ${id}`)).toMatchObject({ scenario: id });
  }
});
