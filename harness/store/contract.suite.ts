import { describe, expect, it } from "vitest";
import { markCutOff } from "./cut-off.ts";
import {
  eventRow,
  gradeRow,
  NOW_MS,
  profileRow,
  resourceRow,
  runRow,
  secondRow,
  trialRow,
  unitMinuteRow,
} from "./sample-rows.suite.ts";
import type { MeterReader, StoreReader, StoreWriter } from "./store.ts";

/** Both sides of one store that begins empty. `now` is the clock its reader goes by. */
export interface OpenedStore extends AsyncDisposable {
  readonly reader: StoreReader & MeterReader;
  readonly writer: StoreWriter;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What every store must hold. */
export function describeStore(
  name: string,
  open: (now: () => number) => Promise<OpenedStore>,
): void {
  const openNow = () => open(() => NOW_MS);

  describe(`${name} store`, () => {
    it("gives empty answers, not errors, for what it never saw", async () => {
      await using store = await openNow();
      const { reader } = store;
      expect(await reader.listRuns(10)).toEqual([]);
      expect(await reader.readRun("nobody")).toBeUndefined();
      expect(await reader.readTrials("nobody")).toEqual([]);
      expect(await reader.readSeconds("nobody", 0)).toEqual([]);
      expect(await reader.readEvents("nobody", 0)).toEqual([]);
      expect(await reader.readResources("nobody", 0)).toEqual([]);
      expect(await reader.readReport("nobody")).toBeUndefined();
      expect(await reader.listReports(10)).toEqual([]);
      expect(await reader.listProfiles()).toEqual([]);
      expect(await reader.readUnitUsage("nowhere", NOW_MS)).toEqual([]);
    });

    it("gives every row back exactly as it was written", async () => {
      await using store = await openNow();
      const { reader, writer } = store;
      const grade = gradeRow("run-1");
      const withoutLatency = trialRow({ index: 1 });
      delete (withoutLatency as { latencyMs?: unknown }).latencyMs;
      writer.write("runs", runRow());
      writer.write("trials", trialRow());
      writer.write("trials", withoutLatency);
      writer.write("seconds", secondRow());
      writer.write("events", eventRow({ axis: "base", message: 'line\n\n"two" \\ ü \u2028 😀' }));
      writer.write("resources", resourceRow());
      writer.write("grades", grade);
      writer.write("profiles", profileRow());
      await writer.flush();
      expect(await reader.readRun("run-1")).toStrictEqual(runRow());
      expect(await reader.readTrials("run-1")).toStrictEqual([trialRow(), withoutLatency]);
      expect(await reader.readSeconds("run-1", 0)).toStrictEqual([secondRow()]);
      expect(await reader.readEvents("run-1", 0)).toStrictEqual([
        eventRow({ axis: "base", message: 'line\n\n"two" \\ ü \u2028 😀' }),
      ]);
      expect(await reader.readResources("run-1", 0)).toStrictEqual([resourceRow()]);
      expect(await reader.readReport("run-1")).toStrictEqual(grade.report);
      expect(await reader.listReports(1)).toStrictEqual([grade]);
      expect(await reader.listProfiles()).toStrictEqual([profileRow()]);
    });

    it("keeps the row as it was when written, whatever becomes of the object", async () => {
      await using store = await openNow();
      const counts = [1, 2];
      store.writer.write("seconds", secondRow({ latency: { buckets: [1, 2], counts } }));
      counts.push(3);
      await store.writer.flush();
      const [second] = await store.reader.readSeconds("run-1", 0);
      expect(second?.latency.counts).toEqual([1, 2]);
    });

    it("lets the highest revision of a run win, in whatever order they arrive", async () => {
      await using store = await openNow();
      const { reader, writer } = store;
      writer.write("runs", runRow({ revision: 2, state: "finished", verdict: "passed" }));
      await writer.flush();
      writer.write("runs", runRow({ revision: 1, reason: "half way" }));
      await writer.flush();
      expect(await reader.readRun("run-1")).toMatchObject({ revision: 2, verdict: "passed" });
      expect(await reader.listRuns(10)).toHaveLength(1);
    });

    it("lists the newest runs first, and no more than asked for", async () => {
      await using store = await openNow();
      for (const [index, runId] of ["b", "c", "a"].entries()) {
        store.writer.write("runs", runRow({ runId, startedAtMs: NOW_MS + index }));
      }
      await store.writer.flush();
      expect((await store.reader.listRuns(2)).map((run) => run.runId)).toEqual(["a", "c"]);
    });

    it("gives trials in order of index, the last write of each", async () => {
      await using store = await openNow();
      const { reader, writer } = store;
      writer.write("trials", trialRow({ index: 10 }));
      writer.write("trials", trialRow({ index: 2, verdict: "invalid" }));
      writer.write("trials", trialRow({ index: 0, runId: "run-2" }));
      await writer.flush();
      writer.write("trials", trialRow({ index: 2, verdict: "bad" }));
      await writer.flush();
      const trials = await reader.readTrials("run-1");
      expect(trials.map(({ index, verdict }) => [index, verdict])).toEqual([
        [2, "bad"],
        [10, "good"],
      ]);
    });

    it("gives seconds of one run in order of time, later than asked", async () => {
      await using store = await openNow();
      const { reader, writer } = store;
      for (const atMs of [3000, 1000, 2000]) writer.write("seconds", secondRow({ atMs }));
      writer.write("seconds", secondRow({ runId: "run-2", atMs: 2000 }));
      await writer.flush();
      const seconds = await reader.readSeconds("run-1", 1000);
      expect(seconds.map((second) => second.atMs)).toEqual([2000, 3000]);
    });

    it("keeps events of the same millisecond in the order they were written", async () => {
      await using store = await openNow();
      const { reader, writer } = store;
      const messages = Array.from({ length: 30 }, (_, index) => `event ${29 - index}`);
      for (const [index, message] of messages.entries()) {
        writer.write("events", eventRow({ message }));
        if (index % 10 === 9) await writer.flush();
      }
      writer.write("events", eventRow({ atMs: NOW_MS - 1, message: "before" }));
      await writer.flush();
      const events = await reader.readEvents("run-1", 0);
      expect(events.map((event) => event.message)).toEqual(["before", ...messages]);
    });

    it("gives one report a run, the newest, and lists the newest first", async () => {
      await using store = await openNow();
      const { reader, writer } = store;
      writer.write("grades", gradeRow("a", { atMs: NOW_MS + 2, digest: "new" }));
      writer.write("grades", gradeRow("b", { atMs: NOW_MS + 1 }));
      await writer.flush();
      writer.write("grades", gradeRow("a", { atMs: NOW_MS, digest: "old" }));
      await writer.flush();
      const reports = await reader.listReports(10);
      expect(reports.map(({ runId, digest }) => [runId, digest.slice(0, 3)])).toEqual([
        ["a", "new"],
        ["b", "000"],
      ]);
      expect(await reader.listReports(1)).toHaveLength(1);
    });

    it("gives the newest version of each profile", async () => {
      await using store = await openNow();
      const { reader, writer } = store;
      writer.write("profiles", profileRow({ atMs: NOW_MS + 1, source: "fitted" }));
      writer.write("profiles", profileRow());
      writer.write("profiles", profileRow({ profileId: "relay" }));
      await writer.flush();
      const profiles = await reader.listProfiles();
      expect(profiles.map(({ profileId, source }) => [profileId, source])).toEqual([
        ["relay", "library"],
        ["temp-sensor", "fitted"],
      ]);
    });

    it("sums what each Unit did over the month, week, day and hour", async () => {
      await using store = await openNow();
      const { reader, writer } = store;
      const agesMs = [MINUTE_MS, 2 * HOUR_MS, 3 * DAY_MS, 20 * DAY_MS, 40 * DAY_MS];
      for (const ageMs of agesMs) {
        writer.write("unit_minutes", unitMinuteRow({ atMs: NOW_MS - ageMs, messages: 1 }));
        writer.write(
          "unit_minutes",
          unitMinuteRow({ atMs: NOW_MS - ageMs, node: "in", stored: 0 }),
        );
      }
      writer.write("unit_minutes", unitMinuteRow({ unit: "unit-0", atMs: NOW_MS - 3 * DAY_MS }));
      writer.write("unit_minutes", unitMinuteRow({ instance: "other", atMs: NOW_MS - MINUTE_MS }));
      await writer.flush();
      const usages = await reader.readUnitUsage("home", NOW_MS);
      expect(usages.map((usage) => usage.unit)).toEqual(["unit-0", "unit-1"]);
      expect(usages[1]).toStrictEqual({
        repo: "temp-sensor",
        unit: "unit-1",
        month: { spanMs: 30 * DAY_MS + 12 * HOUR_MS, messages: 244, bytes: 2400, stored: 24 },
        week: { spanMs: 7 * DAY_MS, messages: 183, bytes: 1800, stored: 18 },
        day: { spanMs: DAY_MS, messages: 122, bytes: 1200, stored: 12 },
        hour: { spanMs: HOUR_MS, messages: 61, bytes: 600, stored: 6 },
      });
      expect(usages[0]?.hour.messages).toBe(0);
      const [repo] = await reader.readRepoUsage("home", NOW_MS);
      expect(repo).toMatchObject({ repo: "temp-sensor", units: 2 });
      for (const window of ["month", "week", "day", "hour"] as const) {
        const messages = usages.reduce((sum, usage) => sum + usage[window].messages, 0);
        expect(repo?.[window].messages).toBe(messages);
      }
      expect(usages[0]?.week.messages).toBe(60);
    });

    it("reads a running run as cut off once its heart stopped for over a minute", async () => {
      let nowMs = NOW_MS + 60_000;
      await using store = await open(() => nowMs);
      const { reader, writer } = store;
      writer.write("runs", runRow());
      await writer.flush();
      expect(await reader.readRun("run-1")).toMatchObject({ state: "running", verdict: null });
      nowMs += 1;
      const cutOff = { state: "cut-off", verdict: "cut-off", revision: 0 };
      expect(await reader.readRun("run-1")).toMatchObject(cutOff);
      expect(await reader.listRuns(1)).toMatchObject([cutOff]);
    });

    it("writes a cut-off down once, and leaves the living and the ended alone", async () => {
      await using store = await open(() => NOW_MS + 120_000);
      const { reader, writer } = store;
      writer.write("runs", runRow());
      writer.write("runs", runRow({ runId: "alive", heartbeatAtMs: NOW_MS + 100_000 }));
      writer.write("runs", runRow({ runId: "ended", state: "finished", verdict: "failed" }));
      await writer.flush();
      expect(await markCutOff(reader, writer, "run-1")).toBe(true);
      expect(await markCutOff(reader, writer, "run-1")).toBe(false);
      expect(await markCutOff(reader, writer, "alive")).toBe(false);
      expect(await markCutOff(reader, writer, "ended")).toBe(false);
      expect(await markCutOff(reader, writer, "nobody")).toBe(false);
      const marked = { state: "cut-off", verdict: "cut-off", revision: 1, endedAtMs: NOW_MS };
      expect(await reader.readRun("run-1")).toMatchObject(marked);
    });

    it("refuses a row that breaks its schema and says so, without harm to the others", async () => {
      await using store = await openNow();
      const { reader, writer } = store;
      writer.write("resources", resourceRow({ value: Number.NaN }));
      writer.write("resources", resourceRow({ value: 7 }));
      await writer.flush();
      expect(await reader.readResources("run-1", 0)).toEqual([resourceRow({ value: 7 })]);
      expect(writer.health()).toMatchObject({ writtenRows: 1, rejectedRows: 1, connected: true });
      expect(writer.health().lastError).toMatch(/^STORE_REJECTED: resources: .*NaN/s);
    });
  });
}
