import { expect, test } from "vitest";
import { LoadstoneError } from "../errors.ts";
import { workerFailed } from "../load/protocol.ts";
import { flagFor } from "./search-axis.ts";

test("a thread of ours that dies is not held against the target", () => {
  expect(flagFor(workerFailed("out of memory"))).toBe("generator-limited");
  expect(flagFor(new LoadstoneError("TARGET_UNREACHABLE", "gone"))).toBe("no-recovery");
});
