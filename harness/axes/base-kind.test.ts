import { describe, expect, test } from "vitest";
import { baseKind, baseStream } from "./base-kind.ts";
import { markOfLog, markOfState } from "./base-message.ts";
import { tagOf } from "./tag.ts";
import type { WrittenWork } from "./written-kind.ts";

const LOGGERS = 2;
const WORK: WrittenWork = {
  axis: "base",
  units: 4,
  arrivals: "constant",
  payloadBytes: 220,
  qos: 1,
  runTag: 77,
  base: {
    mix: { states: 2, logs: 1 },
    loggers: LOGGERS,
    order: [3, 1, 2, 0],
    commit: "0123456789abcdef0123456789abcdef01234567",
    stateEveryMs: 60_000,
  },
};
const state = (unit: number) => baseStream("state", unit, LOGGERS);
const log = (unit: number) => baseStream("log", unit, LOGGERS);

describe("base messages", () => {
  test("go by the rota: states in its order, logs in turn", () => {
    const kind = baseKind(WORK);
    const streams = Array.from({ length: 9 }, (_, turn) => kind.streamAt(turn));
    const wanted = [state(3), state(1), log(0), state(2), state(0), log(1)];
    expect(streams).toEqual([...wanted, state(3), state(1), log(0)]);
    expect(streams.map((stream) => kind.unitOf(stream))).toEqual([3, 1, 0, 2, 0, 1, 3, 1, 0]);
  });

  test("have a state stream for each Unit and a log stream for each that logs, and no others", () => {
    const kind = baseKind(WORK);
    expect(kind.streams).toBe(6);
    const unit = { stateTopic: "s", logTopic: "l" };
    const whole = { index: 0, clientId: "", outputTopic: "", listenTopics: [], commandTopics: [] };
    const topics = Array.from({ length: 6 }, (_, at) => kind.topicOf({ ...whole, ...unit }, at));
    expect(topics).toEqual(["l", "l", "s", "s", "s", "s"]);
    expect([0, 2].map((stream) => kind.restMs?.(stream))).toEqual([undefined, 61_500]);
  });

  test("say which they are", () => {
    const kind = baseKind(WORK);
    const written = (stream: number, serial: number): unknown => {
      const payload = Buffer.alloc(kind.payloadBytes(stream));
      kind.write(payload, stream, serial);
      return JSON.parse(payload.toString("latin1"));
    };
    const mark = { step: 12, slot: 345 };
    expect(markOfState(written(state(1), tagOf(12, 345)), 77)).toEqual(mark);
    const { text } = written(log(1), tagOf(12, 345)) as { text: string };
    expect(markOfLog(text, 77)).toEqual(mark);
  });
});
