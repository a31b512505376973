import { describe, expect, it, test } from "vitest";
import {
  maskQuoted,
  parseStatement,
  quoteName,
  quoteText,
  readingFrom,
  splitInsert,
} from "./statement.ts";

describe("maskQuoted", () => {
  it.each([
    ["SELECT 'a'", "SELECT    "],
    ["SELECT 'it''s' x", "SELECT         x"],
    [String.raw`SELECT 'a\'b' x`, "SELECT        x"],
    ['SELECT "a" x', "SELECT     x"],
    ["SELECT `a``b` x", "SELECT        x"],
    ["SELECT 1 -- FORMAT CSV\nx", "SELECT 1              \nx"],
    ["/* a */SELECT 1", "       SELECT 1"],
    ["SELECT 'never closed", "SELECT              "],
  ])("blanks %j and keeps its length", (sql, masked) => {
    expect(maskQuoted(sql)).toBe(masked);
    expect(masked).toHaveLength(sql.length);
  });

  it("takes megabytes of quoted text without backtracking", () => {
    const sql = `INSERT INTO t VALUES ('${"x\\'''".repeat(500_000)}`;
    expect(maskQuoted(sql).trim()).toBe("INSERT INTO t VALUES (");
  });
});

describe("parseStatement", () => {
  it.each([
    ["SELECT 1", "read"],
    ["  (SELECT 1)", "read"],
    ["-- why\nSELECT 1", "read"],
    ["/* why */ with x as (select 1) select * from x", "read"],
    ["SHOW TABLES", "read"],
    ["EXPLAIN SELECT 1", "read"],
    ["-- why\n/* and */ insert into t values (1)", "insert"],
    ["INSERT INTO t SELECT 1", "insert"],
    ["CREATE TABLE t (a UInt8) ENGINE = Memory", "other"],
    ["ALTER TABLE t DELETE WHERE 1", "other"],
    ["", "other"],
  ])("knows what %j does", (sql, kind) => {
    expect(parseStatement(sql).kind).toBe(kind);
  });

  it.each([
    ["SELECT 1 FORMAT CSV", "CSV"],
    ["SELECT 1 format JSONEachRow ;", "JSONEachRow"],
    ["SELECT 1 FORMAT TSV SETTINGS max_threads = 1", "TSV"],
    ["SELECT 1 -- FORMAT CSV", undefined],
    ["SELECT ' FORMAT CSV'", undefined],
    ["SELECT format FROM t", undefined],
    ["SELECT 1", undefined],
  ])("finds the output format of %j", (sql, format) => {
    expect(parseStatement(sql).format).toBe(format);
  });

  it.each([
    ["SELECT 1; SELECT 2", true],
    ["SELECT 1;", false],
    ["SELECT 1; -- done", false],
    ["SELECT ';' || 'x'", false],
    ["INSERT INTO t VALUES (';x')", false],
    ["INSERT INTO t FORMAT CSV\na;b\n", false],
  ])("tells several statements from one: %j", (sql, multiple) => {
    expect(parseStatement(sql).multiple).toBe(multiple);
  });

  it.each([
    "SELECT a FROM (SELECT a FROM t)",
    "SELECT a FROM t WHERE a IN (SELECT a FROM u)",
    "WITH x AS (SELECT 1) SELECT * FROM x",
    "SELECT a FROM t JOIN (SELECT a FROM u) u USING a",
    "(SELECT 1) UNION ALL (SELECT 2)",
    "FROM t SELECT a",
    "SELECT '= (SELECT 1)'",
  ])("streams %j", (sql) => {
    expect(parseStatement(sql).streamable).toBe(true);
  });

  it.each([
    "SELECT (SELECT max(a) FROM t)",
    "SELECT a FROM t WHERE a = (SELECT max(a) FROM t)",
    "WITH (SELECT 1) AS x SELECT x",
    "SHOW TABLES",
    "DESCRIBE t",
    "EXPLAIN SELECT 1",
    "INSERT INTO t SELECT 1",
  ])("does not stream %j", (sql) => {
    expect(parseStatement(sql).streamable).toBe(false);
  });
});

describe("splitInsert", () => {
  it("splits before the format, where the client's data follows", () => {
    expect(splitInsert("INSERT INTO t (a, b) FORMAT JSONEachRow\n")).toEqual({
      target: "INSERT INTO t (a, b)",
      settings: "",
      format: "JSONEachRow",
      inlineData: "",
      throughInput: false,
    });
  });

  it("keeps the settings apart: they stand behind the file", () => {
    const insert = splitInsert("INSERT INTO t SETTINGS async_insert = 1, x = 'y' FORMAT CSV");
    expect(insert).toMatchObject({
      target: "INSERT INTO t",
      settings: "SETTINGS async_insert = 1, x = 'y'",
      format: "CSV",
    });
  });

  it("gives VALUES and the rows behind it", () => {
    const insert = splitInsert("INSERT INTO t (a) VALUES ('x\n\ny;'), ('FORMAT CSV')");
    expect(insert).toMatchObject({
      target: "INSERT INTO t (a)",
      format: "Values",
      inlineData: "('x\n\ny;'), ('FORMAT CSV')",
    });
  });

  it("leaves a leading tab to the data: it is an empty first column", () => {
    expect(splitInsert("INSERT INTO t FORMAT TSV\n\tb\n")?.inlineData).toBe("\tb\n");
  });

  it("is not misled by columns and tables that look like keywords", () => {
    const insert = splitInsert("INSERT INTO `select` (format, values) FORMAT CSV");
    expect(insert).toMatchObject({ target: "INSERT INTO `select` (format, values)" });
  });

  it("sees data read through input()", () => {
    const insert = splitInsert("INSERT INTO t SELECT a + 1 FROM input('a UInt8') FORMAT CSV");
    expect(insert).toMatchObject({ format: "CSV", throughInput: true });
  });

  it.each([
    "INSERT INTO t SELECT 1",
    "INSERT INTO t SELECT a FROM u FORMAT CSV",
    "INSERT INTO t WITH 1 AS a SELECT a",
    "INSERT INTO t FROM INFILE 'x' FORMAT CSV",
  ])("finds no data in %j", (sql) => {
    expect(splitInsert(sql)).toBeUndefined();
  });
});

describe("readingFrom", () => {
  it.each([
    [
      "INSERT INTO t (a) SETTINGS x = 1 FORMAT CSV",
      "INSERT INTO t (a) FROM INFILE '/s/1' SETTINGS x = 1 FORMAT CSV",
    ],
    [
      "INSERT INTO t SELECT a FROM input('a UInt8') FORMAT CSV",
      "INSERT INTO t SELECT a FROM file('/s/1', CSV, 'a UInt8')",
    ],
  ])("moves the data of %j into a file", (sql, moved) => {
    const insert = splitInsert(sql);
    expect(insert && readingFrom("/s/1", insert)).toBe(moved);
  });
});

test("quoting leaves no way out of a literal or a name", () => {
  expect(quoteText(String.raw`a'b\c`)).toBe(String.raw`'a\'b\\c'`);
  expect(quoteName(String.raw`a${"`"}b\c`)).toBe("`a\\`b\\\\c`");
});
