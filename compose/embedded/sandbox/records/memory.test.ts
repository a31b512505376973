import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { openMemoryRecords } from "./memory.ts";
import { describeRecords } from "./records.suite.ts";

describeRecords("in-memory", async () => openMemoryRecords());

const row = (owner: string, expiration_datetime = 10_000) => ({
  unit_node_uuid: owner,
  state: "x",
  state_type: "Text" as const,
  create_datetime: 0,
  expiration_datetime,
  size: 1,
});

test("expired rows can be read until they are merged away, ten minutes later", async () => {
  const records = openMemoryRecords();
  const owner = randomUUID();
  await records.insert("window_entry", [row(owner), row(owner, 700_000)]);
  const count = async (nowMs: number) => {
    records.expire(nowMs);
    return (await records.read("window_entry", { owner, order: "asc" })).count;
  };
  expect([await count(11_000), await count(609_999), await count(610_000)]).toEqual([2, 2, 1]);
});

test("a full store takes nothing of a batch, and takes again once there is room", async () => {
  const records = openMemoryRecords(2);
  const owner = randomUUID();
  await records.insert("window_entry", [row(owner)]);
  await expect(records.insert("window_entry", [row(owner), row(owner)])).rejects.toThrow(
    "more than 2 rows in memory",
  );
  expect((await records.read("window_entry", { owner, order: "" })).count).toBe(1);
  await records.remove("window_entry", [owner]);
  await records.insert("window_entry", [row(owner), row(owner)]);
  expect((await records.read("window_entry", { owner, order: "" })).count).toBe(2);
});
