import * as fc from "fast-check";
import { expect, test } from "vitest";
import { columnsOf, harmless, paintOf, wrap } from "./paint.ts";

test("colours take no columns", () => {
  expect(columnsOf(paintOf(true).bad("✗ off"))).toBe(5);
});

test("without colour the text is left alone", () => {
  expect(paintOf(false).bad("✗ off")).toBe("✗ off");
});

test("text from outside cannot drive the terminal", () => {
  expect(harmless("a\u001b[2Jb\r\nc\u202ed")).toBe("a [2Jb  c d");
});

test("wrapped text keeps its words and its width", () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1 }),
      fc.integer({ min: 12, max: 60 }),
      (words, width) => {
        const lines = wrap(words.join(" "), width);
        expect(lines.join(" ")).toBe(words.join(" "));
        expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(width);
      },
    ),
  );
});
