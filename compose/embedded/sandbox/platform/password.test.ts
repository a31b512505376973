import { expect, test } from "vitest";
import { hashPassword, isRightPassword } from "./password.ts";

test("knows its own password and no other; the same one hashes differently each time", async () => {
  const stored = await hashPassword("correct horse");
  expect(await isRightPassword("correct horse", stored)).toBe(true);
  expect(await isRightPassword("correct house", stored)).toBe(false);
  expect((await hashPassword("correct horse")).hash).not.toBe(stored.hash);
});
