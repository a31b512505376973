import { expect, test } from "vitest";
import { ago, clock } from "./time-words.ts";

test.each([
  [0, "0:00"],
  [65_000, "1:05"],
  [605_000, "10:05"],
  [3_729_000, "1:02:09"],
  [-5, "0:00"],
])("a clock shows %d ms as %s", (ms, words) => expect(clock(ms)).toBe(words));

test.each([
  [30_000, "just now"],
  [5 * 60_000, "5 min ago"],
  [90 * 60_000, "1 h ago"],
  [49 * 3_600_000, "2 days ago"],
])("%d ms back reads %s", (back, words) => expect(ago(1e12 - back, 1e12)).toBe(words));
