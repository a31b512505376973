import { join } from "node:path";
import { expect, test } from "vitest";
import { openEmbeddedClickHouse } from "#compose/embedded/clickhouse/supervise.ts";
import { openStoreWriter } from "./clickhouse-writer.ts";
import { unitMinuteRow } from "./sample-rows.suite.ts";
import { temporaryFolder } from "./test-server.suite.ts";
import { readUnitLoads } from "./unit-loads.ts";

const MINUTE_MS = 60_000;

test("loads of Units are told from their minutes: means, worst minutes, topics", async () => {
  await using folder = await temporaryFolder();
  await using server = await openEmbeddedClickHouse({ dataDir: join(folder.path, "clickhouse") });
  const access = { ...server, spoolDir: join(folder.path, "spool") };
  const question = { instances: ["here"], sinceMs: 0, untilMs: 100 * MINUTE_MS };
  expect((await readUnitLoads(access, question)).units).toEqual([]);

  await using writer = await openStoreWriter(access);
  const row = { ...unitMinuteRow(), instance: "here", repo: "r", bytes: 30, stored: 0 };
  for (let minute = 0; minute < 100; minute++) {
    const atMs = minute * MINUTE_MS;
    writer.write("unit_minutes", { ...row, unit: "a", node: "n", atMs, messages: 6, stored: 3 });
    writer.write("unit_minutes", { ...row, unit: "a", node: "state", atMs, messages: 1 });
    writer.write("unit_minutes", { ...row, unit: "a", node: "command/update", atMs, messages: 9 });
    if (minute < 4)
      writer.write("unit_minutes", { ...row, unit: "b", node: "n", atMs, messages: 60 });
    if (minute < 4) writer.write("unit_minutes", { ...row, instance: "there", unit: "c", atMs });
  }
  await writer.flush();

  const { hours, units, busy } = await readUnitLoads(access, question);
  expect(hours).toBeCloseTo(100 / 60);
  expect(busy.node).toBeCloseTo(6 / 60);
  expect(units.map(({ unit }) => unit)).toEqual(["a", "b"]);
  expect(units[0]).toMatchObject({ topics: 2, bytesPerSec: 1 });
  expect(units[0]?.mean.node).toBeCloseTo(6 / 60);
  expect(units[0]?.mean.base).toBeCloseTo(1 / 60);
  expect(units[0]?.p95.stored).toBeCloseTo(3 / 60);
  // A message a second in four minutes of a hundred: not among the worst twentieth's bound.
  expect(units[1]?.mean.node).toBeCloseTo(0.04);
  expect(units[1]?.p95.node).toBe(0);
});
