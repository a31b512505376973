import { describe, expect, test } from "vitest";
import { aDateOrNull, aNaiveDate, aWholeNumber, Difference, holds, present, same } from "./same.ts";

const TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJ1dWlkIjoiMSJ9.c2lnbmF0dXJl";

describe("what is wanted", () => {
  test.each([
    ["a part of an object", { status: 200, body: { a: 1, b: 2 } }, { body: { b: 2 } }],
    ["a text by its pattern", "422: 7: no", /^422: 7/],
    ["a value by a test", 5, aWholeNumber],
    ["a list, element by element", [{ a: 1, b: 1 }, "x"], [{ a: 1 }, /x/]],
    ["a field that is not there", { a: 1 }, { b: undefined }],
    ["a field that is there", { a: null }, { a: present }],
    ["a date without an offset", "2026-01-02T03:04:05.123456", aNaiveDate],
    ["a date or nothing", null, aDateOrNull],
  ])("is %s", (_what, seen, wanted) => {
    expect(() => same("it", seen, wanted)).not.toThrow();
  });

  test.each([
    ["another value", { body: { a: 2 } }, { body: { a: 1 } }, "it.body.a: wanted 1, saw 2"],
    ["a pattern", 5, /x/, "it: wanted /x/, saw 5"],
    ["a test", 1.5, aWholeNumber, "it: wanted aWholeNumber, saw 1.5"],
    ["a longer list", [1, 2], [1], "it: wanted [1], saw [1,2]"],
    ["no object", null, { a: 1 }, 'it: wanted {"a":1}, saw null'],
    ["a missing field", {}, { a: present }, "it.a: wanted present, saw nothing"],
    ["an offset", "2026-01-02T03:04:05Z", aNaiveDate, /^it: wanted .* saw "2026-01-02T03:04:05Z"$/],
  ])("is not %s", (_what, seen, wanted, message) => {
    expect(() => same("it", seen, wanted)).toThrow(message);
  });

  test("is told without the tokens it was held against, and in few words", () => {
    const refused = () => same("it", { token: TOKEN, text: "x".repeat(1000) }, 1);
    expect(refused).toThrow("[token]");
    expect(refused).not.toThrow(TOKEN);
    expect(refused).toThrow(/^.{1,300}$/);
  });

  test("can be a plain yes", () => {
    expect(() => holds(true, "fine")).not.toThrow();
    expect(() => holds(false, "the connection was closed")).toThrow(Difference);
  });
});
