import { expect, test } from "vitest";
import { Slots } from "./slots.ts";

test("no more run at once than there are slots, and everybody has a turn", async () => {
  const slots = new Slots(2);
  const finish: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const work = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => finish.push(resolve));
    running -= 1;
  };
  const all = Promise.all([1, 2, 3, 4, 5].map(() => slots.use(work)));
  for (let i = 0; i < 5; i++) {
    await expect.poll(() => finish.length).toBeGreaterThan(i);
    finish[i]?.();
  }
  await all;
  expect(most).toBe(2);
});

test("a failure gives its slot back", async () => {
  const slots = new Slots(1);
  await expect(slots.use(() => Promise.reject(new Error("boom")))).rejects.toThrow("boom");
  expect(await slots.use(async () => "next")).toBe("next");
});
