import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../clock.ts";
import { createDueLine } from "./due-line.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("runs each piece at its time, in order, with one timer for all", () => {
  const line = createDueLine(systemClock);
  const startMs = systemClock.nowMs();
  const ran: { at: number; due: number }[] = [];
  for (let i = 0; i < 3000; i++) {
    const due = i / 3;
    line.push(startMs + due, () => ran.push({ at: systemClock.nowMs() - startMs, due }));
  }
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(1100);
  expect(ran.map(({ due }) => due)).toEqual(Array.from({ length: 3000 }, (_, i) => i / 3));
  expect(Math.max(...ran.map(({ at, due }) => Math.abs(at - due)))).toBeLessThanOrEqual(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("takes up again after it has run dry", () => {
  const line = createDueLine(systemClock);
  const run = vi.fn<() => void>();
  line.push(systemClock.nowMs() + 5, run);
  vi.advanceTimersByTime(10);
  line.push(systemClock.nowMs() + 5, run);
  vi.advanceTimersByTime(10);
  expect(run).toHaveBeenCalledTimes(2);
});

test("work may put more work into the line", () => {
  const line = createDueLine(systemClock);
  const run = vi.fn<() => void>();
  line.push(systemClock.nowMs() + 5, () => line.push(systemClock.nowMs() + 5, run));
  vi.advanceTimersByTime(20);
  expect(run).toHaveBeenCalledOnce();
});

test("forgets what waits when it is closed", () => {
  const line = createDueLine(systemClock);
  const run = vi.fn<() => void>();
  line.push(systemClock.nowMs() + 5, run);
  line.close();
  vi.advanceTimersByTime(10);
  expect(run).not.toHaveBeenCalled();
});

test("work that is due before what waits goes before it", () => {
  const line = createDueLine(systemClock);
  const startMs = systemClock.nowMs();
  const ran: number[] = [];
  for (const due of [30, 10, 20, 5, 30]) line.push(startMs + due, () => ran.push(due));
  vi.advanceTimersByTime(6);
  expect(ran).toEqual([5]);
  vi.advanceTimersByTime(30);
  expect(ran).toEqual([5, 10, 20, 30, 30]);
});

test("work that puts more work into an empty line leaves one timer", () => {
  const line = createDueLine(systemClock);
  const again = (left: number) => {
    if (left > 0) line.push(systemClock.nowMs() + 5, () => again(left - 1));
  };
  again(50);
  for (let ms = 0; ms < 200; ms++) {
    vi.advanceTimersByTime(1);
    expect(vi.getTimerCount()).toBe(1);
  }
});
