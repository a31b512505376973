import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { idleStation } from "./capacity/station.ts";
import { systemClock } from "./clock.ts";
import { nextJob, startJobs } from "./jobs.ts";
import type { Instance } from "./platform/instance.ts";
import { openDatabase } from "./state/database.ts";
import { repoRow, unitRow } from "./state/test-rows.ts";

const NOON = Date.UTC(2026, 4, 1, 12);
const MINUTE_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([
  [NOON, "firmware", 10_000],
  [NOON + 10_000, "mirrors", 30 * MINUTE_MS + 10_000],
  [NOON + 31 * MINUTE_MS, "firmware", 60 * MINUTE_MS + 10_000],
])("after %d comes %s", (after, job, offsetMs) => {
  expect(nextJob(after)).toEqual({ job, atMs: NOON + offsetMs });
});

test("ten seconds past the hour every unit that follows its repo is told to update", () => {
  const db = openDatabase();
  const auto = repoRow();
  const manual = repoRow({ is_auto_update_repo: false });
  const told = unitRow({ repo_uuid: auto.uuid });
  const others = [
    unitRow({ repo_uuid: auto.uuid, is_auto_update_from_repo_unit: false }),
    unitRow({ repo_uuid: manual.uuid }),
  ];
  db.commit({ table: "repos", put: auto }, { table: "repos", put: manual });
  for (const put of [told, ...others]) db.commit({ table: "units", put });
  const sendCommand = vi.fn<Instance["sendCommand"]>();
  const clock = { ...systemClock, wallMs: () => Date.now() };
  const stop = startJobs({
    instance: { db, sendCommand } as unknown as Instance,
    clock,
    api: idleStation,
  });
  vi.advanceTimersByTime(9999);
  expect(sendCommand).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(sendCommand.mock.calls.map(([unit, command]) => [unit.uuid, command])).toEqual([
    [told.uuid, "Update"],
  ]);
  expect(db.units.get(told.uuid)?.firmware_update_status).toBe("RequestSent");
  vi.advanceTimersByTime(60 * MINUTE_MS);
  expect(sendCommand).toHaveBeenCalledTimes(2);
  stop();
  vi.advanceTimersByTime(120 * MINUTE_MS);
  expect(sendCommand).toHaveBeenCalledTimes(2);
});
