import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { manyRows, type ServerUnderTest, textOf } from "./server-under-test.suite.ts";

/** What a client may store, and what is left when it goes wrong. */
export function describeInserts(server: ServerUnderTest): void {
  describe("inserts", () => {
    it("writes rows as they are, quotes and blank lines included", async () => {
      const run = "q'\n\nz;\\";
      const { summary } = await server.client.insert({
        table: "m",
        values: [{ run, wave: 1 }, { run: "b" }],
        format: "JSONEachRow",
      });
      expect(summary?.written_rows).toBe("2");
      expect(await server.rows("SELECT run FROM m WHERE wave = 1")).toEqual([{ run }]);
    });

    it("takes a stream of objects", async () => {
      const values = Readable.from(manyRows(5000), { objectMode: true });
      const { summary } = await server.client.insert({ table: "m", values, format: "JSONEachRow" });
      expect(summary?.written_rows).toBe("5000");
      expect(await server.count("m")).toBe(5000);
    });

    it("takes named columns, or all but some", async () => {
      await server.client.insert({
        table: "m",
        columns: ["run", "value"],
        values: [["a", 1.5]],
        format: "JSONCompactEachRow",
      });
      await server.client.insert({
        table: "m",
        columns: { except: ["value"] },
        values: [{ run: "b", wave: 2 }],
        format: "JSONEachRow",
      });
      expect(await server.rows("SELECT run, wave, value FROM m ORDER BY run")).toEqual([
        { run: "a", wave: 0, value: 1.5 },
        { run: "b", wave: 2, value: 0 },
      ]);
    });

    it("takes CSV with a blank line in a field", async () => {
      const values = Readable.from(['"a\n\nb",1\n"c",2\n'], { objectMode: false });
      await server.client.insert({ table: "m", columns: ["run", "value"], values, format: "CSV" });
      expect(await server.rows("SELECT run FROM m ORDER BY value")).toEqual([
        { run: "a\n\nb" },
        { run: "c" },
      ]);
    });

    it("takes VALUES with semicolons, blank lines and expressions", async () => {
      const query = "INSERT INTO m (run, value) VALUES ('v;1', 1), ('a\n\nb', 1 + 1)";
      await server.client.command({ query });
      expect(await server.rows("SELECT run, value FROM m ORDER BY value")).toEqual([
        { run: "v;1", value: 1 },
        { run: "a\n\nb", value: 2 },
      ]);
    });

    it("takes data behind the statement in one body", async () => {
      await server.client.command({
        query: 'INSERT INTO m (run) FORMAT JSONEachRow {"run":"it\'s"}',
      });
      expect(await server.rows("SELECT run FROM m")).toEqual([{ run: "it's" }]);
    });

    it("takes rows through input()", async () => {
      const values = Readable.from(["a,1\nb,2\n"], { objectMode: false });
      const query = `INSERT INTO m (run, value)
        SELECT upper(r), v * 10 FROM input('r String, v Float64') FORMAT CSV`;
      await textOf((await server.client.exec({ query, values })).stream);
      expect(await server.rows("SELECT run, value FROM m ORDER BY run")).toEqual([
        { run: "A", value: 10 },
        { run: "B", value: 20 },
      ]);
    });

    it("takes INSERT … SELECT", async () => {
      await server.client.command({ query: "INSERT INTO m (wave) SELECT number FROM numbers(10)" });
      expect(await server.count("m")).toBe(10);
    });

    it("writes Parquet and reads it back", async () => {
      await server.client.insert({ table: "m", values: manyRows(10), format: "JSONEachRow" });
      const { stream } = await server.client.exec({
        query: "SELECT run, value FROM m FORMAT Parquet",
      });
      const file = Buffer.concat(await stream.toArray());
      const values = Readable.from([file], { objectMode: false });
      await server.client.insert({
        table: "m",
        columns: ["run", "value"],
        values,
        format: "Parquet",
      });
      expect(await server.count("m")).toBe(20);
    });

    it("stores nothing of a batch that has a bad row", async () => {
      const values = [{ run: "a" }, { run: "b", value: "no number" }];
      const insert = server.client.insert({ table: "m", values, format: "JSONEachRow" });
      await expect(insert).rejects.toThrow(/row 2/);
      expect(await server.count("m")).toBe(0);
    });

    it("takes dates as Date when told to", async () => {
      const at = new Date("2026-01-02T03:04:05.678Z");
      await server.client.insert({
        table: "m",
        values: [{ at }],
        format: "JSONEachRow",
        clickhouse_settings: { date_time_input_format: "best_effort" },
      });
      expect(await server.value("SELECT toUnixTimestamp64Milli(at)::Float64 FROM m")).toBe(
        at.getTime(),
      );
    });

    it("waits for an asynchronous insert", async () => {
      await server.client.insert({
        table: "m",
        values: [{ run: "a" }],
        format: "JSONEachRow",
        clickhouse_settings: { async_insert: 1, wait_for_async_insert: 1 },
      });
      expect(await server.count("m")).toBe(1);
    });

    it("stores a batch once, however often it comes with its token", async () => {
      for (let i = 0; i < 3; i++) await insertOnce(server, "batch-1", [{ run: "a" }, { run: "b" }]);
      expect(await server.count("m")).toBe(2);
      await insertOnce(server, "batch-1", [{ run: "c" }]); // the token decides, not the rows
      expect(await server.count("m")).toBe(2);
      await insertOnce(server, "batch-2", [{ run: "a" }, { run: "b" }]);
      expect(await server.count("m")).toBe(4);
    });

    it("stores a repeated batch once in a dependent view too", async () => {
      await server.client.command({ query: "DROP TABLE IF EXISTS sums" });
      await server.client.command({
        query: `CREATE TABLE sums (run String, total Float64) ENGINE = SummingMergeTree
          ORDER BY run SETTINGS non_replicated_deduplication_window = 1000`,
      });
      await server.client.command({
        query: `CREATE MATERIALIZED VIEW to_sums TO sums AS
          SELECT run, sum(value) AS total FROM m GROUP BY run`,
      });
      for (let i = 0; i < 2; i++)
        await server.client.insert({
          table: "m",
          values: [{ run: "a", value: 2 }],
          format: "JSONEachRow",
          clickhouse_settings: {
            insert_deduplication_token: "batch-1",
            deduplicate_blocks_in_dependent_materialized_views: 1,
          },
        });
      expect(await server.value("SELECT sum(total) FROM sums")).toBe(2);
      await server.client.command({ query: "DROP TABLE to_sums" });
    });
  });
}

const insertOnce = (server: ServerUnderTest, token: string, values: readonly object[]) =>
  server.client.insert({
    table: "m",
    values,
    format: "JSONEachRow",
    clickhouse_settings: { insert_deduplication_token: token },
  });
