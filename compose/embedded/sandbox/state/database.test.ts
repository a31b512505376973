import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "./database.ts";
import type { EdgeRow } from "./rows.ts";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sandbox-state-"));
  path = join(dir, "journal.jsonl");
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const edge = (uuid: string, output = "o"): EdgeRow => ({
  uuid,
  node_output_uuid: output,
  node_input_uuid: "i",
});
const uuids = (rows: Iterable<EdgeRow>) => [...rows].map((row) => row.uuid);

/** What a process that was killed leaves: nothing is closed. */
function write(...edges: readonly EdgeRow[]): void {
  const db = openDatabase(dir);
  for (const put of edges) db.commit({ table: "edges", put });
}

describe("a database in a directory", () => {
  test("is there again, rows and indexes, after it was left without closing", () => {
    write(edge("1"), edge("2", "p"), edge("3"));
    const db = openDatabase(dir);
    expect(uuids(db.edges.all())).toEqual(["1", "2", "3"]);
    expect(uuids(db.edgesByOutput("o"))).toEqual(["1", "3"]);
  });

  test("forgets what was dropped and keeps the last version of what was changed", () => {
    write(edge("1"), edge("2"));
    openDatabase(dir).commit(
      { table: "edges", drop: "1" },
      { table: "edges", put: edge("2", "moved") },
    );
    const db = openDatabase(dir);
    expect([...db.edges.all()]).toEqual([edge("2", "moved")]);
    expect(db.edgesByOutput("o")).toEqual([]);
    expect(uuids(db.edgesByOutput("moved"))).toEqual(["2"]);
  });

  test("leaves out a last line that was torn, wherever it was torn", () => {
    write(edge("1"), edge("2"));
    const whole = readFileSync(path, "utf8");
    const lastLine = whole.trimEnd().split("\n").at(-1) ?? "";
    for (let cut = 1; cut <= lastLine.length; cut += 13) {
      rmSync(path);
      appendFileSync(path, whole);
      truncateSync(path, whole.length - cut);
      const db = openDatabase(dir);
      expect(uuids(db.edges.all())).toEqual(["1"]);
      db.commit({ table: "edges", put: edge("3") });
      expect(uuids(openDatabase(dir).edges.all())).toEqual(["1", "3"]);
    }
  });

  test("refuses a journal that is damaged in the middle, and names the line", () => {
    write(edge("1"));
    appendFileSync(path, '[{"table":"edges","put":{"uuid":7}}]\n');
    expect(() => openDatabase(dir)).toThrow(/journal\.jsonl:2/);
  });

  test("is compacted when it is opened", () => {
    write(edge("1"));
    const db = openDatabase(dir);
    for (let i = 0; i < 50; i++) db.commit({ table: "edges", put: edge("1", `o${i}`) });
    openDatabase(dir);
    expect(readFileSync(path, "utf8").trimEnd().split("\n")).toHaveLength(1);
  });

  test("is readable by its owner alone", () => {
    write(edge("1"));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

test("a database without a directory starts empty and writes nothing", () => {
  const db = openDatabase();
  db.commit({ table: "edges", put: edge("1") });
  expect(uuids(db.edges.all())).toEqual(["1"]);
  expect(openDatabase().edges.size).toBe(0);
});
