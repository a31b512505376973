import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openEmbeddedClickHouse } from "../../clickhouse/supervise.ts";
import { openClickHouseRecords } from "./clickhouse.ts";
import { describeRecords } from "./records.suite.ts";

const database = "pepeunit";

describeRecords("ClickHouse", async () => {
  const directory = await mkdtemp(join(tmpdir(), "sandbox-records-"));
  const server = await openEmbeddedClickHouse({ dataDir: join(directory, "data") });
  const records = await openClickHouseRecords({ ...server, database });
  return {
    ...records,
    async close() {
      await records.close();
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
});

test("a ClickHouse that does not answer is a coded error without the password", async () => {
  const address = { url: "http://127.0.0.1:9", username: "u", password: "s3cret", database };
  const failure = await openClickHouseRecords(address).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "SANDBOX_START_FAILED" });
  expect(String(failure)).not.toContain("s3cret");
});
