import { expect, test } from "vitest";
import { matchesSearch, page, sorted } from "./listing.ts";

const rows = Array.from({ length: 600 }, (_, at) => at);

test("a page without a limit, or with limit 0, is everything", () => {
  expect(page(rows, {})).toHaveLength(600);
  expect(page(rows, { limit: 0, offset: 590 })).toHaveLength(10);
  expect(page(rows, { limit: 500, offset: 1 })[0]).toBe(1);
});

test.each([
  [{ limit: 501 }, "limit must be <= 500"],
  [{ limit: -1 }, "limit must be >= 0"],
  [{ offset: -1 }, "offset must be >= 0"],
])("%j is refused", (paging, detail) => {
  expect(() => page(rows, paging)).toThrow(expect.objectContaining({ detail }));
});

test("every word of a search must be somewhere, in any case", () => {
  expect(matchesSearch("UNIT 7", "my-unit", "n 17")).toBe(true);
  expect(matchesSearch("unit 8", "my-unit", "n 17", null)).toBe(false);
  expect(matchesSearch(undefined, "x")).toBe(true);
});

test("orders apply one after the other, and an empty one not at all", () => {
  const both = [
    { name: "a", at: "1" },
    { name: "c", at: "2" },
    { name: "b", at: "2" },
  ];
  const names = (at: "asc" | "desc" | "", name: "asc" | "desc") =>
    sorted(both, { order: at, by: (row) => row.at }, { order: name, by: (row) => row.name }).map(
      (row) => row.name,
    );
  expect(names("desc", "asc")).toEqual(["b", "c", "a"]);
  expect(names("", "desc")).toEqual(["c", "b", "a"]);
});
