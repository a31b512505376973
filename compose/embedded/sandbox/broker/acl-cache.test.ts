import { expect, test } from "vitest";
import { createAclCache } from "./acl-cache.ts";

test("remembers allows and denies for ten minutes", () => {
  const cache = createAclCache();
  cache.set("publish a", true, 0);
  cache.set("publish b", false, 0);
  expect(cache.get("publish a", 599_999)).toBe(true);
  expect(cache.get("publish b", 599_999)).toBe(false);
  expect(cache.get("publish a", 600_000)).toBeUndefined();
  expect(cache.get("subscribe a", 0)).toBeUndefined();
});

test("keeps 64 entries and forgets the oldest first, however often it was used", () => {
  const cache = createAclCache();
  for (let i = 0; i < 64; i++) cache.set(`t${i}`, true, 0);
  expect(cache.get("t0", 0)).toBe(true);
  cache.set("t64", true, 0);
  expect(cache.get("t0", 0)).toBeUndefined();
  expect(cache.get("t1", 0)).toBe(true);
});
