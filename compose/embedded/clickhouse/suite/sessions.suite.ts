import { randomUUID } from "node:crypto";
import { createClient } from "@clickhouse/client";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ServerUnderTest } from "./server-under-test.suite.ts";

/** Where a client's statements run, and what they leave behind. */
export function describeSessions(server: ServerUnderTest): void {
  describe("databases and sessions", () => {
    it("finds the database in the client's options and in the URL", async () => {
      const current = "SELECT currentDatabase() AS d";
      expect(await server.rows(current)).toEqual([{ d: server.database }]);
      const { url, username, password } = server.address;
      const byUrl = createClient({ url: `${url}/${server.database}`, username, password });
      onTestFinished(() => byUrl.close());
      expect(await server.rows(current, byUrl)).toEqual([{ d: server.database }]);
    });

    it("keeps a temporary table and settings for a named session", async () => {
      const session = server.connect({ session_id: randomUUID() });
      await session.command({ query: "CREATE TEMPORARY TABLE own (a UInt8)" });
      await session.command({ query: "SET max_block_size = 555" });
      await session.insert({ table: "own", values: [{ a: 7 }], format: "JSONEachRow" });
      expect(await server.rows("SELECT a FROM own", session)).toEqual([{ a: 7 }]);
      const size = "SELECT getSetting('max_block_size')::UInt32 AS b";
      expect(await server.rows(size, session)).toEqual([{ b: 555 }]);
      expect(await server.rows(size)).not.toEqual([{ b: 555 }]);
      await expect(server.rows("SELECT a FROM own")).rejects.toMatchObject({ code: "60" });
    });

    it("runs one query at a time in a named session", async () => {
      const session = server.connect({ session_id: randomUUID(), max_open_connections: 2 });
      const both = await Promise.allSettled([
        server.rows("SELECT sleep(0.5)", session),
        server.rows("SELECT sleep(0.5)", session),
      ]);
      const failures = both.filter((each) => each.status === "rejected");
      expect(failures).toMatchObject([{ reason: { code: "373", type: "SESSION_IS_LOCKED" } }]);
    });
  });
}
