import { expect, test } from "vitest";
import { sampleRows } from "../test/sample-run.ts";
import { isRunning, reasonOf, standingOf } from "./standing.ts";

const NOW = 1_795_446_000_000;
const running = sampleRows(NOW).runs.find((run) => run.state === "running")!;

test("a run with a fresh heartbeat is running", () => {
  expect(standingOf(running, NOW).word).toBe("RUNNING");
});

test("a run silent for over a minute is cut off, whatever it says", () => {
  const later = running.heartbeatAtMs + 60_001;
  expect(isRunning(running, later)).toBe(false);
  expect(standingOf(running, later).word).toBe("CUT OFF");
  expect(reasonOf(running, later)).toBe("no sign of life for over a minute");
});

test.each([
  ["passed", "PASS"],
  ["failed", "FAIL"],
  ["invalid", "INVALID"],
  ["interrupted", "STOPPED"],
  ["cut-off", "CUT OFF"],
] as const)("a finished run that %s reads %s", (verdict, word) => {
  expect(standingOf({ ...running, state: "finished", verdict }, NOW).word).toBe(word);
});
