import { describe, expect, test } from "vitest";
import type { SessionCounts } from "../axes/session-control.ts";
import type { Fault } from "../scenario/run-schema.ts";
import { FaultTracker } from "./fault-tracker.ts";

const calm: SessionCounts = {
  away: 0,
  closedByTarget: 0,
  closedByPlan: 0,
  closes: {},
  reconnects: 0,
  connectErrors: {},
};
const storm: Fault = {
  kind: "reconnect-storm",
  at: 1000,
  share: 0.5,
  reconnect: "at-once",
  within: 10_000,
};
const restart: Fault = { kind: "broker-restart", at: 1000, within: 10_000 };

interface Course {
  readonly away?: (atMs: number) => number;
  readonly bad?: (atMs: number) => number;
  readonly observed?: (atMs: number) => number;
  readonly sessions?: Partial<SessionCounts>;
}

/** A fault at one second, looked at each quarter of a second until the end. */
function followed(fault: Fault, endMs: number, course: Course) {
  const tracker = new FaultTracker([fault]);
  for (let atMs = 250; atMs <= endMs; atMs += 250) {
    if (atMs === 1000) tracker.begin(0, atMs, { ...calm, closes: { closed: 2 } });
    const observed = course.observed?.(atMs) ?? 5;
    tracker.look({
      atMs,
      bad: course.bad?.(atMs) ?? 0,
      sessions: { ...calm, ...course.sessions, away: course.away?.(atMs) ?? 0 },
      progress: atMs < 1000 ? [] : [{ number: 0, planned: 5, observed, isOver: observed > 0 }],
    });
  }
  return { result: tracker.results(endMs)[0], present: tracker.present };
}

const until = (limitMs: number, value: number) => (atMs: number) =>
  atMs >= 1000 && atMs <= limitMs ? value : 0;

describe("a planned fault", () => {
  test("has recovered with the last bad message, after everybody is back", () => {
    const { result, present } = followed(storm, 9000, {
      away: until(2000, 3),
      bad: until(3500, 4),
    });
    expect(result).toMatchObject({
      beganAtMs: 1000,
      reconnectedMs: 1250,
      recoveredMs: 2500,
      planned: 5,
      observed: 5,
    });
    expect(present).toBeNull();
  });

  test("answers for what went wrong in its time alone", () => {
    const { result } = followed(storm, 20_000, {
      bad: (atMs) => (atMs === 1250 || atMs === 15_000 ? 7 : 0),
    });
    expect(result).toMatchObject({ disturbed: 7, recoveredMs: 250 });
  });

  test("has not recovered while messages go wrong until the end", () => {
    const { result } = followed(storm, 9000, { bad: until(9000, 1) });
    expect(result).toMatchObject({ reconnectedMs: 0, recoveredMs: null });
  });

  test("has not recovered while somebody is still away", () => {
    const { result, present } = followed(storm, 9000, { away: until(9000, 1) });
    expect(result).toMatchObject({ reconnectedMs: null, recoveredMs: null });
    expect(present).toBe("reconnect-storm");
  });

  test("counts from the last return, where Units go away again", () => {
    const { result } = followed(storm, 9000, {
      away: (atMs) => (atMs < 2000 || (atMs > 3000 && atMs < 4000) ? 1 : 0),
    });
    expect(result).toMatchObject({ reconnectedMs: 3000, recoveredMs: 3000 });
  });

  test("tells how sessions closed since it began, not before", () => {
    const sessions = { closes: { closed: 2, ECONNRESET: 4 } };
    const { result } = followed(storm, 9000, { sessions, away: until(1500, 1) });
    expect(result?.closes).toEqual({ ECONNRESET: 4 });
  });

  test("of somebody else begins when its first session closes", () => {
    const { result } = followed(restart, 12_000, {
      observed: (atMs) => (atMs < 5000 ? 0 : 3),
      away: (atMs) => (atMs >= 5000 && atMs < 6000 ? 3 : 0),
    });
    expect(result).toMatchObject({ beganAtMs: 4750, reconnectedMs: 1250, observed: 3 });
  });

  test("of somebody else that never came began never", () => {
    const { result } = followed(restart, 12_000, { observed: () => 0 });
    expect(result).toMatchObject({ beganAtMs: null, observed: 0, recoveredMs: null });
  });
});
