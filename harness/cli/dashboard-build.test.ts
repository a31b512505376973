import { expect, test } from "vitest";
import { buildFailure, isLocked } from "./dashboard-build.ts";

const LOCKED = "⨯ Another next build process is already running.\n\n  This could be:\n";

test("another build of the same folder is told from a build that fails", () => {
  expect(isLocked(LOCKED)).toBe(true);
  expect(isLocked(LOCKED.replace("next build", "\u001b[36mnext build\u001b[39m"))).toBe(true);
  expect(isLocked("Module not found")).toBe(false);
  expect(buildFailure(LOCKED).message).toContain("another `next build` holds");
});

test("a build that fails says why, and how to do without", () => {
  expect(buildFailure("Module not found: d3\n")).toMatchObject({
    code: "DASHBOARD_BUILD_FAILED",
    message: "the dashboard does not build: Module not found: d3",
    hint: expect.stringContaining("--once"),
  });
});

test("a full disk is called that", () => {
  expect(buildFailure("Error: ENOSPC: no space left on device, write").code).toBe("DISK_FULL");
});
