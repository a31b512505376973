import { expect, it } from "vitest";
import { inParallel } from "./parallel.ts";

it("gives results in order, however the work ends", async () => {
  const ends: (() => void)[] = [];
  const work = inParallel([1, 2, 3], 3, async (n) => {
    await new Promise<void>((resolve) => ends.push(resolve));
    return n * 10;
  });
  for (const end of ends.toReversed()) end();
  expect(await work).toEqual([10, 20, 30]);
});

it("keeps to its limit", async () => {
  let now = 0;
  let most = 0;
  await inParallel(Array.from({ length: 20 }), 4, async () => {
    most = Math.max(most, ++now);
    await Promise.resolve();
    now--;
  });
  expect(most).toBe(4);
});

it("begins nothing after a failure, and ends what is under way", async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = inParallel([0, 1, 2, 3], 2, async (n) => {
    begun.push(n);
    if (n === 0) throw new Error("first");
    await Promise.resolve();
    ended.push(n);
  });
  await expect(work).rejects.toThrow("first");
  expect({ begun, ended }).toEqual({ begun: [0, 1], ended: [1] });
});
