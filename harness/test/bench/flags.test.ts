import { describe, expect, test } from "vitest";
import { readFlags } from "./flags.ts";
import { CLIENT_NAMES, TARGET_NAMES, WORK_NAMES } from "./schema.ts";

describe("the flags of the bench", () => {
  test("mean everything, three rounds, when none is given", () => {
    expect(readFlags([])).toMatchObject({
      only: WORK_NAMES,
      clients: CLIENT_NAMES,
      targets: TARGET_NAMES,
      rounds: 3,
      quick: false,
      json: false,
    });
  });

  test("take one round for a quick run unless told otherwise", () => {
    expect(readFlags(["--quick"]).rounds).toBe(1);
    expect(readFlags(["--quick", "--rounds", "2"]).rounds).toBe(2);
  });

  test("narrow works and clients to those named", () => {
    const flags = readFlags(["--only", "http,open-20000", "--clients", "loadstone"]);
    expect(flags).toMatchObject({ only: ["http", "open-20000"], clients: ["loadstone"] });
  });

  test.each([
    [["--only", "qos9"], /only/],
    [["--only", ""], /only/],
    [["--rounds", "0"], /rounds/],
    [["--messages", "many"], /messages/],
    [["--fast"], /fast/],
  ])("refuse %j", (argv, named) => {
    expect(() => readFlags(argv)).toThrow(named);
  });
});
