import { expect, test } from "vitest";
import { skippingClock } from "../test/skipping-clock.ts";
import { Ledger } from "./ledger.ts";
import { SecondSampler } from "./second-sampler.ts";

const DEADLINE_MS = 10;

function open() {
  const clock = skippingClock();
  const sampler = new SecondSampler(() => clock.now(), clock.openProbe);
  const ledger = new Ledger(DEADLINE_MS, 1);
  ledger.beginSegment(true, 0, 0);
  sampler.follow(ledger);
  return { sampler, ledger };
}

function send(ledger: Ledger, atMs: number): number {
  const slot = ledger.due(atMs);
  ledger.sent(slot, atMs, 0);
  return slot;
}

test("seconds add up to what was lost, also where losses are taken back", () => {
  const { sampler, ledger } = open();
  const slots = [0, 1, 2, 3].map((atMs) => send(ledger, atMs));
  ledger.arrivedInOrder(3, 0, 5);
  ledger.expire(100);
  const lost = [sampler.take(1).lost];
  for (const slot of slots) ledger.arrivedInOrder(slot, 0, 200);
  lost.push(sampler.take(1).lost);
  for (const atMs of [300, 301, 302, 303, 304]) send(ledger, atMs);
  ledger.arrivedInOrder(8, 0, 306);
  ledger.expire(400);
  lost.push(sampler.take(1).lost);
  expect(lost).toEqual([3, 0, 1]);
  expect(ledger.totals.lost).toBe(4);
});

test("what a step counted after its last second goes into the first of the next", () => {
  const { sampler, ledger } = open();
  ledger.arrivedInOrder(send(ledger, 0), 0, 4);
  const next = new Ledger(DEADLINE_MS, 1);
  next.beginSegment(true, 0, 0);
  sampler.follow(next);
  next.arrived(send(next, 50), 52);
  const second = sampler.take(1);
  expect(second).toMatchObject({ intended: 2, delivered: 2, good: 2, inFlight: 0 });
  expect(second.latency.counts.reduce((sum, count) => sum + count, 0)).toBe(2);
  expect(sampler.take(1)).toMatchObject({ intended: 0, delivered: 0 });
});
