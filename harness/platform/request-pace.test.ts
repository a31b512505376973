import { expect, test } from "vitest";
import { skippingClock } from "../test/skipping-clock.ts";
import { CALLS_PER_SEC, LIMITED_PER_SEC, openPace } from "./request-pace.ts";

async function secondsFor(turns: number, isLimited: boolean): Promise<number> {
  const clock = skippingClock();
  const pace = openPace(clock, () => undefined);
  if (isLimited) pace.slowDown();
  const startMs = clock.now();
  for (let turn = 0; turn < turns; turn++) await pace.turn(undefined);
  return (clock.now() - startMs) / 1000;
}

test("a first handful of calls does not wait", async () => {
  expect(await secondsFor(20, false)).toBe(0);
});

test("many calls keep to the rate", async () => {
  const seconds = await secondsFor(1000, false);
  expect(1000 / seconds).toBeGreaterThan(0.9 * CALLS_PER_SEC);
  expect(980 / seconds).toBeLessThanOrEqual(CALLS_PER_SEC);
});

test("after a refusal calls keep below nginx' limit, once what it counted has drained", async () => {
  const seconds = await secondsFor(40, true);
  expect(seconds).toBeCloseTo(2 + 40 / LIMITED_PER_SEC, 0);
});

test("calls turned away together slow down once, and say so once", () => {
  const said: string[] = [];
  const pace = openPace(skippingClock(), () => said.push("slower"));
  for (let refusal = 0; refusal < 8; refusal++) pace.slowDown();
  expect(said).toEqual(["slower"]);
});

test("a wait ends with the signal", async () => {
  const pace = openPace(skippingClock(), () => undefined);
  pace.slowDown();
  const turn = pace.turn(AbortSignal.abort(new Error("stopped")));
  await expect(turn).rejects.toThrow("stopped");
});
