import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { TopicTable } from "./topics.ts";

function find(table: TopicTable, topic: string): string | undefined {
  const bytes = Buffer.from(`<${topic}>`);
  return table.find(bytes, 1, bytes.length - 1);
}

test("tells thousands of topics apart, again and again", () => {
  const table = new TopicTable();
  const uuids = Array.from({ length: 1000 }, () => `example.org/${randomUUID()}/pepeunit`);
  const numbered = Array.from({ length: 3000 }, (_, i) => `loadstone/units/by-number/${i}/state`);
  for (let round = 0; round < 2; round++) {
    for (const topic of [...uuids, ...numbered]) expect(find(table, topic)).toBe(topic);
  }
});

test("still answers once it keeps no more topics", () => {
  const table = new TopicTable();
  const long = "x".repeat(60_000);
  for (let i = 0; i < 100; i++) expect(find(table, `${i}/${long}`)).toBe(`${i}/${long}`);
});

test.each(["", "a/+", "#", "a\0b"])("knows no topic %j", (topic) => {
  expect(find(new TopicTable(), topic)).toBeUndefined();
});
