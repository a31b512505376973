import { expect, test } from "vitest";
import { Closers } from "./closers.ts";

test("what was opened last is closed first", async () => {
  const closed: string[] = [];
  const closers = new Closers();
  for (const name of ["store", "dashboard"]) {
    closers.use({ [Symbol.asyncDispose]: async () => void closed.push(name) });
  }
  await closers.close();
  expect(closed).toEqual(["dashboard", "store"]);
});

test("all is closed whatever fails on the way, and the first failure is told", async () => {
  const closed: string[] = [];
  const closers = new Closers();
  for (const name of ["store", "sandbox", "dashboard"]) {
    closers.use({
      [Symbol.asyncDispose]: async () => {
        closed.push(name);
        if (name !== "store") throw new Error(`the ${name} does not close`);
      },
    });
  }
  await expect(closers.close()).rejects.toThrow("the dashboard does not close");
  expect(closed).toEqual(["dashboard", "sandbox", "store"]);
});
