import { expect, test } from "vitest";
import type { IdleFleet } from "../platform/idle-fleets.ts";
import { idleJson, idleLines } from "./idle-notice.ts";

const fleet = (runId: string, keptAtMs: number | undefined): IdleFleet => ({
  file: `${runId}.ndjson`,
  header: { event: "run", runId, url: "http://x", pid: 1 },
  keptAtMs,
  units: 600,
  objects: 602,
});

test("what is idle on an instance is named with what can be done about it", () => {
  const [left, kept] = idleLines([fleet("a", undefined), fleet("b", 0)]);
  expect(left).toBe("run a left 602 objects on http://x: `loadstone clean` removes them");
  expect(kept).toMatch(/^run b keeps 600 Units on http:\/\/x since 1970-01-01/);
  expect(kept).toContain("--reuse b");
  expect(kept).toContain("clean --kept");
});

test("JSON says when a fleet was kept, and nothing where it was not", () => {
  expect(idleJson(fleet("a", undefined))).toEqual({
    runId: "a",
    url: "http://x",
    units: 600,
    objects: 602,
  });
  expect(idleJson(fleet("b", 5))).toMatchObject({ keptAtMs: 5 });
});
