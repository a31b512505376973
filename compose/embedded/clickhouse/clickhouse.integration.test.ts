import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeClickHouse } from "./client.suite.ts";
import { openEmbeddedClickHouse } from "./supervise.ts";

describeClickHouse("the embedded", async () => {
  const directory = await mkdtemp(join(tmpdir(), "loadstone-clickhouse-"));
  const server = await openEmbeddedClickHouse({ dataDir: join(directory, "data") });
  return {
    ...server,
    async close() {
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
});

// The same sentences over any real server: CLICKHOUSE_URL=http://… npm run test:integration
const { CLICKHOUSE_URL, CLICKHOUSE_USER, CLICKHOUSE_PASSWORD } = process.env;
if (CLICKHOUSE_URL !== undefined)
  describeClickHouse(`the ${CLICKHOUSE_URL}`, async () => ({
    url: CLICKHOUSE_URL,
    username: CLICKHOUSE_USER ?? "default",
    password: CLICKHOUSE_PASSWORD ?? "",
    async close() {},
  }));
