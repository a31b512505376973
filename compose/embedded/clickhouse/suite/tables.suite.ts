import { describe, expect, it } from "vitest";
import type { ServerUnderTest } from "./server-under-test.suite.ts";

/** The table engines the store is built on. */
export function describeTables(server: ServerUnderTest): void {
  describe("what the store relies on", () => {
    it("keeps the last version of a row", async () => {
      await server.client.command({ query: "DROP TABLE IF EXISTS latest" });
      await server.client.command({
        query: `CREATE TABLE latest (id String, version UInt64, body String)
          ENGINE = ReplacingMergeTree(version) ORDER BY id`,
      });
      for (const version of [1, 3, 2])
        await server.client.insert({
          table: "latest",
          values: [{ id: "a", version, body: `v${version}` }],
          format: "JSONEachRow",
        });
      expect(await server.rows("SELECT body FROM latest FINAL")).toEqual([{ body: "v3" }]);
    });

    it("merges sparse histograms in SQL", async () => {
      await server.client.command({ query: "DROP TABLE IF EXISTS sparse" });
      await server.client.command({
        query: `CREATE TABLE sparse (at DateTime, bucket Array(UInt16), n Array(UInt64))
          ENGINE = MergeTree ORDER BY at TTL at + INTERVAL 1 DAY`,
      });
      const at = Math.floor(Date.now() / 1000);
      await server.client.insert({
        table: "sparse",
        values: [
          { at, bucket: [1, 5], n: [10, 20] },
          { at, bucket: [5, 9], n: [1, 2] },
        ],
        format: "JSONEachRow",
      });
      expect(
        await server.rows(
          "SELECT sumMap(bucket, n)::Tuple(Array(UInt16), Array(UInt32)) AS h FROM sparse",
        ),
      ).toEqual([
        {
          h: [
            [1, 5, 9],
            [10, 21, 2],
          ],
        },
      ]);
    });
  });
}
