import { describe, expect, test } from "vitest";
import { skippingClock } from "../test/skipping-clock.ts";
import { primeAll, type Priming } from "./prime.ts";

const { signal } = new AbortController();

/** So many to prime; each is proved so long after it was published. */
function target(count: number, tookMs: number, isThere: (one: number) => boolean = () => true) {
  const clock = skippingClock();
  const publishedAtMs = new Map<number, number>();
  const isProved = (one: number) => clock.now() - (publishedAtMs.get(one) ?? Infinity) >= tookMs;
  const out = () => [...publishedAtMs.keys()].filter((one) => !isProved(one)).length;
  let most = 0;
  const priming: Priming = {
    unproved: () => Array.from({ length: count }, (_, one) => one).filter((one) => !isProved(one)),
    publish: (one) => {
      if (!isThere(one)) return false;
      if (!publishedAtMs.has(one)) publishedAtMs.set(one, clock.now());
      most = Math.max(most, out());
      return true;
    },
    perSec: 1000,
    threads: 1,
    patienceMs: 1000,
    eachMs: 100,
    againMs: 500,
  };
  return { clock, priming, publishedAtMs, mostOut: () => most };
}

describe("priming", () => {
  test("lets no more be out than it may, whatever its pace", async () => {
    const { clock, priming, mostOut } = target(20, 50);
    const outcome = await primeAll({ ...priming, mostOut: 3 }, clock, signal);
    expect(outcome).toEqual({ fresh: 20, silent: 0 });
    expect(mostOut()).toBe(3);
  });

  test("takes each as soon as it is there, and does not wait for those that are not", async () => {
    const begunMs = 1000;
    const connectsMs = [0, 300, 20];
    const { clock, priming, publishedAtMs } = target(
      3,
      5,
      (one) => clock.now() - begunMs >= (connectsMs[one] ?? 0),
    );
    expect(await primeAll(priming, clock, signal)).toEqual({ fresh: 3, silent: 0 });
    const waited = connectsMs.map((ms, one) => (publishedAtMs.get(one) ?? 0) - begunMs - ms);
    for (const ms of waited) expect(ms).toBeLessThan(25);
  });

  test("tells of those that were never received", async () => {
    const { clock, priming } = target(3, 5, (one) => one !== 1);
    expect(await primeAll(priming, clock, signal)).toEqual({ fresh: 3, silent: 1 });
  });
});
