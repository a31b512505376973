import { describe, expect, it } from "vitest";
import { parseMigration, readMigrations, selectPending } from "./migrate.ts";

const checksums = (applied: readonly { number: number; checksum: string }[]) =>
  new Map(applied.map(({ number, checksum }) => [number, checksum]));

describe("migrations", () => {
  it("are numbered from 1 without a gap, and can all be repeated", async () => {
    const migrations = await readMigrations();
    expect(migrations.map((one) => one.number)).toEqual(migrations.map((_, index) => index + 1));
    for (const statement of migrations.flatMap((one) => one.statements)) {
      expect(statement).toMatch(/^(CREATE|ALTER|DROP) .*IF (NOT )?EXISTS/);
    }
  });

  it("are split into statements, comments with a semicolon left out", () => {
    const sql =
      "-- one; two\nCREATE TABLE a\n(x String);\n\n-- three;\nCREATE TABLE b (y String);\n";
    const { number, statements } = parseMigration("0007_ab.sql", sql);
    expect(number).toBe(7);
    expect(statements).toEqual(["CREATE TABLE a\n(x String)", "CREATE TABLE b (y String)"]);
  });

  it("are the same whatever their line endings", () => {
    const unix = parseMigration("0001_a.sql", "SELECT 1;\nSELECT 2;\n");
    expect(parseMigration("0001_a.sql", "SELECT 1;\r\nSELECT 2;\r\n")).toEqual(unix);
  });

  it("are applied once, in order", () => {
    const all = [parseMigration("0001_a.sql", "A;"), parseMigration("0002_b.sql", "B;")];
    expect(selectPending(all, new Map(), "db")).toEqual(all);
    expect(selectPending(all, checksums(all.slice(0, 1)), "db")).toEqual(all.slice(1));
    expect(selectPending(all, checksums(all), "db")).toEqual([]);
  });

  it("are refused when one that was applied has changed", () => {
    const applied = checksums([parseMigration("0001_a.sql", "A;")]);
    expect(() => selectPending([parseMigration("0001_a.sql", "B;")], applied, "db")).toThrow(
      expect.objectContaining({ code: "MIGRATION_CHANGED" }),
    );
  });
});
