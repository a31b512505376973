import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ServerUnderTest } from "./server-under-test.suite.ts";

/** What a client learns of a query that failed, and how it stops one. */
export function describeFailures(server: ServerUnderTest): void {
  describe("failures", () => {
    it.each([
      ["SELECT {missing:UInt8}", "456"],
      ["SELECT * FROM nowhere", "60"],
      ["SELEC 1", "62"],
      ["SELECT 1; SELECT 2", "62"],
      ["INSERT INTO nowhere (a) VALUES (1)", "60"],
    ])("names what is wrong with %j", async (query, code) => {
      await expect(server.client.command({ query })).rejects.toMatchObject({ code });
    });

    it("names an unknown setting and an unknown database", async () => {
      const unknown = server.client.query({
        query: "SELECT 1",
        clickhouse_settings: { no_such_setting: 1 },
      });
      await expect(unknown).rejects.toMatchObject({ code: "115", type: "UNKNOWN_SETTING" });
      const elsewhere = server.connect({ database: "nowhere" });
      await expect(server.rows("SELECT 1", elsewhere)).rejects.toMatchObject({ code: "81" });
    });

    it("tells of a failure between rows", async () => {
      const answer = await server.client.query({
        query: "SELECT number, throwIf(number = 1500000) FROM numbers(3000000)",
        format: "JSONEachRow",
      });
      const reading = (async () => {
        for await (const _ of answer.stream());
      })();
      await expect(reading).rejects.toMatchObject({ code: "395" });
    });

    it("stops a query that takes too long", async () => {
      const { query } = endless(server);
      const stopped = server.client.query({
        query,
        clickhouse_settings: { max_execution_time: 0.3 },
      });
      await expect(stopped).rejects.toMatchObject({ code: "159", type: "TIMEOUT_EXCEEDED" });
    });

    it("stops a query by its id", async () => {
      const { query, running } = endless(server);
      const queryId = randomUUID();
      const failure = server.client
        .query({ query, query_id: queryId })
        .catch((error: unknown) => error);
      await expect.poll(running).toBe(1);
      await server.client.command({ query: `KILL QUERY WHERE query_id = '${queryId}'` });
      expect(await failure).toMatchObject({ code: "394", type: "QUERY_WAS_CANCELLED" });
    });

    it.each(["JSON", "JSONEachRow"] as const)(
      "stops a query whose client went away, in %s",
      async (format) => {
        const { query, running } = endless(server);
        const { leave, failure } = queryUntilLeft(server, query, format);
        await expect.poll(running).toBe(1);
        leave();
        expect(await failure).toMatchObject({ message: expect.stringContaining("aborted") });
        await expect.poll(running, { timeout: 10_000 }).toBe(0);
      },
    );

    it("answers others while a subquery is computed", async () => {
      const { query, running } = endless(server);
      const { leave, failure } = queryUntilLeft(server, `SELECT (${query}) AS x`, "JSONEachRow");
      await expect.poll(running).toBe(1);
      expect(await server.client.ping()).toEqual({ success: true });
      leave();
      await failure;
      await expect.poll(running, { timeout: 10_000 }).toBe(0);
    });
  });
}

/** A query of 10^12 hashes, and how many of it run. */
function endless(server: ServerUnderTest) {
  const mark = `endless_${randomUUID().replaceAll("-", "")}`;
  const running = async () =>
    Number(
      await server.value(`SELECT count() FROM system.processes
        WHERE query LIKE '%${mark}%' AND query NOT LIKE '%system.processes%'`),
    );
  const query = `SELECT sum(sipHash64(number)) AS ${mark} FROM numbers(1000000000000)`;
  return { query, running };
}

function queryUntilLeft(server: ServerUnderTest, query: string, format: "JSON" | "JSONEachRow") {
  const leaving = new AbortController();
  const clickhouse_settings = { cancel_http_readonly_queries_on_client_close: 1 } as const;
  const failure = server.client
    .query({ query, format, clickhouse_settings, abort_signal: leaving.signal })
    .catch((error: unknown) => error);
  return { leave: () => leaving.abort(), failure };
}
