import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  logText,
  markedPayload,
  markOfLog,
  markOfState,
  stateText,
  writeMark,
} from "./base-message.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const BYTES = 260;
const marks = fc.record({
  step: fc.nat(8_999_999),
  slot: fc.nat(2 ** 30 - 1),
});
const runTags = fc.nat(2 ** 32 - 1);

test("a state carries its mark through the backend's fields, and keeps its length", () => {
  fc.assert(
    fc.property(runTags, marks, (runTag, mark) => {
      const marked = markedPayload(Buffer.alloc(BYTES), stateText(runTag, COMMIT, BYTES));
      writeMark(marked, mark);
      const text = marked.payload.toString("latin1");
      const state: unknown = JSON.parse(text);
      expect(state).toMatchObject({ pu_commit_version: COMMIT });
      expect(markOfState(state, runTag)).toEqual(mark);
      expect(markOfState(state, runTag ^ 2)).toBeUndefined();
    }),
  );
});

test("a log carries its mark in its text, and keeps its length", () => {
  fc.assert(
    fc.property(runTags, marks, (runTag, mark) => {
      const marked = markedPayload(Buffer.alloc(200), logText(runTag, 200));
      writeMark(marked, mark);
      const { level, text } = JSON.parse(marked.payload.toString("latin1")) as {
        level: string;
        text: string;
      };
      expect(level).toBe("Info");
      expect(markOfLog(text, runTag)).toEqual(mark);
      expect(markOfLog(text, runTag ^ 2)).toBeUndefined();
    }),
  );
});

test("a run's number that looks like a mark does not stand in for it", () => {
  for (const runTag of [2_000_000, 2_000_000_000]) {
    const log = markedPayload(Buffer.alloc(200), logText(runTag, 200));
    writeMark(log, { step: 3, slot: 7 });
    const { text } = JSON.parse(log.payload.toString("latin1")) as { text: string };
    expect(markOfLog(text, runTag)).toEqual({ step: 3, slot: 7 });
    const state = markedPayload(Buffer.alloc(BYTES), stateText(runTag, COMMIT, BYTES));
    writeMark(state, { step: 3, slot: 7 });
    const json: unknown = JSON.parse(state.payload.toString("latin1"));
    expect(markOfState(json, runTag)).toEqual({ step: 3, slot: 7 });
  }
});

test.each([[200], [260]])("of %i bytes, or as many as it needs", (bytes) => {
  expect(logText(1, bytes)).toHaveLength(bytes);
  expect(stateText(1, COMMIT, bytes).length).toBeGreaterThanOrEqual(bytes);
  expect(stateText(2 ** 32 - 1, COMMIT, 0).length).toBeLessThanOrEqual(215);
});

test.each([[null], [{}], [{ millis: 5, mem_free: 1, mem_alloc: 0 }], ["text"]])(
  "%j is no state of ours",
  (state) => {
    expect(markOfState(state, 0)).toBeUndefined();
  },
);
