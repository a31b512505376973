import { expect, test } from "vitest";
import { asRead } from "./cut-off.ts";
import { NOW_MS, runRow } from "./sample-rows.suite.ts";

test.each([
  ["a heart that beat a minute ago", { heartbeatAtMs: NOW_MS - 60_000 }, "running"],
  ["a heart that stopped", { heartbeatAtMs: NOW_MS - 60_001 }, "cut-off"],
  ["a clock ahead of ours", { heartbeatAtMs: NOW_MS + 3_600_000 }, "running"],
  ["a run that ended long ago", { heartbeatAtMs: 0, state: "finished" }, "finished"],
] as const)("%s reads as it should", (_, fields, state) => {
  expect(asRead(runRow(fields), NOW_MS).state).toBe(state);
});

test("a cut-off run says when it was last heard of", () => {
  const run = asRead(runRow({ heartbeatAtMs: Date.UTC(2026, 0, 2, 3, 4, 5) }), NOW_MS);
  expect(run.reason).toContain("2026-01-02T03:04:05.000Z");
  expect(run.endedAtMs).toBeNull();
});
