import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readCsv, writeCsv } from "./csv.ts";

test("a field with a comma, a quote or a line end is quoted", () => {
  expect(writeCsv(["a", "b"], [["1,5", 'say "x"']])).toBe('a,b\r\n"1,5","say ""x"""\r\n');
});

test("what was written reads back", () => {
  const field = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(fc.array(fc.record({ state: field, create_datetime: field })), (rows) => {
      const names = ["state", "create_datetime"];
      const text = writeCsv(
        names,
        rows.map((row) => [row.state, row.create_datetime]),
      );
      expect(readCsv(text)).toEqual(rows);
    }),
  );
});

test("line ends of any system are read, and a last line without one", () => {
  const rows = [{ a: "1", b: "2" }];
  for (const end of ["\n", "\r\n", "\r"]) expect(readCsv(`a,b${end}1,2${end}`)).toEqual(rows);
  expect(readCsv("a,b\n1,2")).toEqual(rows);
  expect(readCsv("a,b\n1,")).toEqual([{ a: "1", b: "" }]);
});

test("a quote that never ends is an error", () => {
  expect(() => readCsv('a\n"1')).toThrow("a quote is not closed");
});
