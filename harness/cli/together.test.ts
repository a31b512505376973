import { expect, test } from "vitest";
import { together } from "./together.ts";

test("gives what each part gives", async () => {
  expect(await together([Promise.resolve(1), undefined] as const, () => {})).toEqual([
    1,
    undefined,
  ]);
});

test("a failure stops the others and is told once they have come to rest", async () => {
  const events: string[] = [];
  const stopped = new AbortController();
  const build = new Promise<void>((resolve) => {
    stopped.signal.addEventListener("abort", () => resolve());
  }).then(() => events.push("build at rest"));
  const parts = [build, Promise.reject(new Error("no store"))] as const;
  const failing = together(parts, () => stopped.abort()).catch((error: Error) =>
    events.push(error.message),
  );
  await failing;
  expect(events).toEqual(["build at rest", "no store"]);
});
