import { expect, test, vi } from "vitest";
import type { Station } from "../capacity/station.ts";
import { createHook } from "./hook.ts";

/** An API server that serves when it is told to. */
function manualServer() {
  const waiting: (() => void)[] = [];
  let isFull = false;
  const api: Station = {
    admit(done) {
      if (!isFull) waiting.push(done);
      return !isFull;
    },
    clear: () => {},
    close: () => {},
  };
  const fill = () => {
    isFull = true;
  };
  return { api, waiting, fill, serveOne: () => waiting.shift()?.() };
}

function setUp() {
  const server = manualServer();
  let nowMs = 0;
  const answered = vi.fn<(seconds: number) => void>();
  const hook = createHook({
    api: server.api,
    clock: { nowMs: () => nowMs, wallMs: () => nowMs },
    decide: (_token, topic) => topic === "open",
    answered,
  });
  const passTime = (ms: number) => {
    nowMs += ms;
  };
  return { ...server, hook, answered, passTime };
}

test("asks the API server and hands on its decision", async () => {
  const { hook, serveOne, answered, passTime } = setUp();
  const answers = [hook("t", "open"), hook("t", "shut")];
  passTime(20);
  serveOne();
  serveOne();
  expect(await Promise.all(answers)).toEqual([true, false]);
  expect(answered).toHaveBeenCalledWith(0.02);
});

test("has eight calls under way and keeps the others back", async () => {
  const { hook, waiting, serveOne } = setUp();
  const answers = Array.from({ length: 20 }, () => hook("t", "open"));
  expect(waiting).toHaveLength(8);
  for (let served = 0; served < 20; served++) serveOne();
  expect(await Promise.all(answers)).not.toContain(false);
});

test("a call that the server drops is a deny", async () => {
  const { hook, fill } = setUp();
  fill();
  expect(await hook("t", "open")).toBe(false);
});

test("a call that waited over 30 s is a deny", async () => {
  const { hook, passTime, serveOne } = setUp();
  const answers = Array.from({ length: 9 }, () => hook("t", "open"));
  passTime(31_000);
  serveOne();
  expect(await answers[8]).toBe(false);
});
