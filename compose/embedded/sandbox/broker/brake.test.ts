import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../clock.ts";
import { createBrake } from "./brake.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Reads as aedes does: whatever is there, on every "readable". */
function readAll(stream: PassThrough): string[] {
  const got: string[] = [];
  stream.on("readable", () => {
    const chunk: Buffer | null = stream.read();
    if (chunk) got.push(chunk.toString());
  });
  return got;
}

test("holds reading up for the time of the last call, and loses nothing", async () => {
  const stream = new PassThrough();
  const brake = createBrake(stream, systemClock);
  const got = readAll(stream);
  brake.hold(100);
  brake.hold(300);
  stream.write("a");
  stream.write("b");
  await vi.advanceTimersByTimeAsync(299);
  expect(got).toEqual([]);
  await vi.advanceTimersByTimeAsync(2);
  expect(got.join("")).toBe("ab");
  stream.write("c");
  await vi.advanceTimersByTimeAsync(0);
  expect(got.join("")).toBe("abc");
});

test("leaves a connection alone that ended meanwhile", async () => {
  const stream = new PassThrough();
  const got = readAll(stream);
  createBrake(stream, systemClock).hold(100);
  stream.destroy();
  await vi.advanceTimersByTimeAsync(200);
  expect(got).toEqual([]);
});

test("gives no more at once than it is told, and holds up what is left of a chunk", async () => {
  const stream = new PassThrough();
  const brake = createBrake(stream, systemClock, 2);
  const got = readAll(stream);
  stream.on("readable", () => {
    if (got.length === 2) brake.hold(100);
  });
  stream.write("abcde");
  await vi.advanceTimersByTimeAsync(99);
  expect(got).toEqual(["ab", "cd"]);
  await vi.advanceTimersByTimeAsync(2);
  expect(got).toEqual(["ab", "cd", "e"]);
});
