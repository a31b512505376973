import { openStoreWriter } from "./clickhouse-writer.ts";
import { eventRow, NOW_MS } from "./sample-rows.suite.ts";

/**
 * A process that writes numbered events until it is killed, and prints after each flush how many
 * are now safe. Started by clickhouse.integration.test.ts.
 */
const [url = "", username = "", database = "", spoolDir = "", runId = ""] = process.argv.slice(2);
const password = process.env["STORE_PASSWORD"] ?? "";
const writer = await openStoreWriter({
  url,
  username,
  password,
  database,
  spoolDir,
  flushEveryMs: 5,
  retryEveryMs: 20,
});
for (let number = 0; ; ) {
  for (const end = number + 1 + (number % 50); number < end; number++) {
    writer.write("events", eventRow({ runId, atMs: NOW_MS + number, message: String(number) }));
  }
  await writer.flush();
  process.stdout.write(`${number}\n`);
}
