import { expect, test } from "vitest";
import { doublingVerdict } from "./doubling.ts";
import { window } from "./sim/scripted.ts";

/** `+` good, `-` bad, `H` hard, `?` spoiled. */
const at = (load: number, marks: string) => ({
  load,
  windows: Array.from(marks, (mark) =>
    window({ good: mark === "+", hard: mark === "H", valid: mark !== "?" }),
  ),
});

test.each([
  ["rated holds and what lies above does not", "+++", "H", "agrees"],
  ["one window of rated may fail", "++-", "---", "agrees"],
  ["rated does not hold", "+--", "H", "disagrees"],
  ["rated fails hard", "++H", "H", "disagrees"],
  ["what lies above holds", "+++", "+++", "single-limited"],
  ["a spoiled window", "++?", "H", "inconclusive"],
  ["a spoiled window above", "+++", "?", "inconclusive"],
  ["no window at all", "", "H", "inconclusive"],
] as const)("%s", (_, rated, above, verdict) => {
  expect(doublingVerdict(at(950, rated), at(1100, above)).verdict).toBe(verdict);
});

test("of an answer 'at least' only the rated load is asked again", () => {
  expect(doublingVerdict(at(950, "+++"), undefined).verdict).toBe("agrees");
});
