import { expect, test } from "vitest";
import { readJson, readLog, readState } from "./messages.ts";

const NOW = Date.UTC(2026, 4, 1, 12);

test("a state keeps the keys that the platform knows; what is missing is null", () => {
  const state = { millis: 5, mem_free: 10, pu_commit_version: "abc", colour: "red" };
  expect(readState(state)).toEqual({
    ifconfig: null,
    millis: 5,
    mem_free: 10,
    mem_alloc: null,
    freq: null,
    statvfs: null,
    pu_commit_version: "abc",
  });
});

test.each([[[]], ["text"], [null], [{ millis: "soon" }], [undefined]])("%j is no state", (json) => {
  expect(readState(json)).toBeUndefined();
});

test("a log is one entry or a list; levels in any case of their first letter", () => {
  expect(readLog({ level: "info", text: "x" }, NOW)).toEqual([
    { level: "Info", text: "x", createdAtMs: NOW },
  ]);
  expect(readLog({ level: "INFO", text: "x" }, NOW)).toBeUndefined();
});

test("entries without a time get the server's, a second apart", () => {
  const entries = ["a", "b", "c"].map((text) => ({ level: "Debug", text, free_mem: 1 }));
  const times = readLog(entries, NOW)?.map(({ createdAtMs }) => createdAtMs - NOW);
  expect(times).toEqual([0, 1000, 2000]);
});

test.each([
  ["2026-05-01T11:00:00", NOW - 3_600_000],
  ["2026-05-01T13:00:00+02:00", NOW - 3_600_000],
  [NOW - 5, NOW - 5],
])("the time %j is known", (create_datetime, createdAtMs) => {
  expect(readLog({ level: "Error", text: "x", create_datetime }, NOW)).toMatchObject([
    { createdAtMs },
  ]);
});

test("one bad entry drops the whole message", () => {
  const good = { level: "Info", text: "x" };
  expect(readLog([good, { level: "Loud", text: "x" }], NOW)).toBeUndefined();
  expect(readLog([good, { ...good, create_datetime: "soon" }], NOW)).toBeUndefined();
});

test("a payload of more than 256 KB is not read", () => {
  expect(readJson(Buffer.from(`"${"x".repeat(262_142)}"`))).toHaveLength(262_142);
  expect(readJson(Buffer.from(`"${"x".repeat(262_143)}"`))).toBeUndefined();
  expect(readJson(Buffer.from("{"))).toBeUndefined();
});
