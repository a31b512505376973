import { expect, test } from "vitest";
import { PLATFORM_LIMITS } from "./limits.ts";
import { createOutbox } from "./outbox.ts";

const STUCK_BYTES = 1024 * 1024 + 1;
const times = (count: number, act: () => string) => Array.from({ length: count }, act);

test("32 in flight and 128 behind them, then QoS 1 is dropped until one is acknowledged", () => {
  const outbox = createOutbox(PLATFORM_LIMITS);
  expect(new Set(times(160, () => outbox.next(1, 0)))).toEqual(new Set(["send"]));
  expect([outbox.next(1, 0), outbox.next(0, 0)]).toEqual(["drop", "send"]);
  outbox.acknowledged();
  expect([outbox.next(1, 0), outbox.next(1, 0)]).toEqual(["send", "drop"]);
});

test("a subscriber that reads nothing is killed after a thousand messages", () => {
  const outbox = createOutbox(PLATFORM_LIMITS);
  expect(new Set(times(1000, () => outbox.next(0, STUCK_BYTES)))).toEqual(new Set(["send"]));
  expect(outbox.next(0, STUCK_BYTES)).toBe("kill");
});

test("one that reads again begins anew", () => {
  const outbox = createOutbox(PLATFORM_LIMITS);
  times(1000, () => outbox.next(0, STUCK_BYTES));
  expect(outbox.next(0, 0)).toBe("send");
  expect(new Set(times(1000, () => outbox.next(0, STUCK_BYTES)))).toEqual(new Set(["send"]));
});
