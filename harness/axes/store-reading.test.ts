import { expect, test } from "vitest";
import type { RowQuery, StoredRow } from "../platform/pipes.ts";
import { skippingClock } from "../test/skipping-clock.ts";
import { storeKind, storePolicyOf } from "./store-kind.ts";
import { StoreReading } from "./store-reading.ts";
import { tagOf } from "./tag.ts";
import type { Seen } from "./written-kind.ts";

const RUN_TAG = 77;
const BYTES = 32;
const EVERY_MS = 3000;
const { signal } = new AbortController();

const reading = (unit: number, serial: number, runTag = RUN_TAG): string => {
  const payload = Buffer.alloc(BYTES);
  const work = { units: 400, arrivals: "constant", payloadBytes: BYTES, qos: 1 } as const;
  storeKind({ axis: "store", runTag, ...work }).write(payload, unit, serial);
  return payload.toString();
};

const timeOf = (ms: number): string => new Date(ms).toISOString().slice(0, -1);

/** What an instance keeps of nodes named by their Unit's index. */
function openInstance() {
  const rows = new Map<number, StoredRow[]>();
  const last = new Map<number, string>();
  const asked: RowQuery[] = [];
  const lists: number[] = [];
  return {
    asked,
    lists,
    keep(unit: number, state: string, atMs: number) {
      if (storePolicyOf(unit) === "LastValue") last.set(unit, state);
      else rows.set(unit, [...(rows.get(unit) ?? []), { state, create_datetime: timeOf(atMs) }]);
    },
    source: {
      setPipes: () => Promise.resolve(),
      rows: (query: RowQuery) => {
        asked.push(query);
        const { node, since = "", offset, limit } = query;
        const kept = rows.get(Number(node)) ?? [];
        const found = kept.filter(({ create_datetime: at }) => at >= since);
        return Promise.resolve(found.slice(offset, offset + limit));
      },
      lastValues: (nodes: readonly string[]) => {
        lists.push(nodes.length);
        return Promise.resolve(
          nodes.map((uuid) => ({ uuid, state: last.get(Number(uuid)) ?? null })),
        );
      },
    },
  };
}

async function open(units: number) {
  const instance = openInstance();
  const clock = skippingClock();
  const reader = new StoreReading({
    source: instance.source,
    clock,
    runTag: RUN_TAG,
    payloadBytes: BYTES,
    flushMs: 5000,
    everyMs: EVERY_MS,
    nodeOf: (unit) => String(unit),
  });
  await reader.prepare(units, signal);
  const told: Seen[] = [];
  /** Reads for so long; what happens meanwhile is done at each telling and each look. */
  const readFor = async (ms: number) => {
    const stop = new AbortController();
    const untilMs = clock.now() + ms;
    const watch = setInterval(() => {
      if (clock.now() >= untilMs) stop.abort();
    }, 0);
    await reader.read(units, (seen) => told.push(...seen), stop.signal);
    clearInterval(watch);
  };
  return { instance, clock, reader, told, readFor };
}

test("each row is told once, over pages and rounds, and a row kept twice is told twice", async () => {
  const { instance, told, readFor } = await open(2);
  for (let slot = 0; slot < 1200; slot++) {
    instance.keep(0, reading(0, tagOf(1, slot)), 1000 + Math.floor(slot / 3));
  }
  await readFor(4 * EVERY_MS);
  const slots = told.filter(({ unit }) => unit === 0).map(({ serial }) => serial - tagOf(1, 0));
  expect(slots).toEqual(Array.from({ length: 1200 }, (_, slot) => slot));
  instance.keep(0, reading(0, tagOf(1, 1199)), 1399);
  await readFor(2 * EVERY_MS);
  expect(told.at(-1)?.serial).toBe(tagOf(1, 1199));
  expect(told).toHaveLength(1201);
});

test("a last value is told when it changes, and by its own time", async () => {
  const { instance, told, readFor } = await open(4);
  instance.keep(2, reading(2, 5), 0);
  await readFor(3 * EVERY_MS);
  instance.keep(2, reading(2, 8), 0);
  await readFor(3 * EVERY_MS);
  expect(told.map(({ unit, serial }) => [unit, serial])).toEqual([
    [2, 5],
    [2, 8],
  ]);
});

test("a changed value is told as wrong; what an earlier run left is not told at all", async () => {
  const { instance, told, readFor } = await open(2);
  instance.keep(0, reading(0, 3, RUN_TAG + 1), 1000);
  instance.keep(1, "LS1 of another axis", 1000);
  await readFor(2 * EVERY_MS);
  expect(told).toEqual([]);
  instance.keep(0, reading(0, 4).replace(/\.\d/, ".9"), 2000);
  await readFor(2 * EVERY_MS);
  expect(told).toMatchObject([{ unit: 0, stream: 0, serial: 4, wrong: true }]);
});

test("a round costs a request a node with rows, and one a hundred last values", async () => {
  const { instance, reader, readFor } = await open(400);
  await readFor(2 * EVERY_MS);
  const rounds = instance.asked.filter(({ node }) => node === "0").length;
  expect(rounds).toBeGreaterThanOrEqual(2);
  expect(rounds).toBeLessThanOrEqual(3);
  expect(instance.asked.length / 280).toBeLessThanOrEqual(rounds);
  expect(instance.lists.slice(0, 2)).toEqual([100, 20]);
  expect(reader.cost.requests).toBe(instance.asked.length + instance.lists.length);
  expect(reader.costInWords()).toMatch(/every 3 s, took \d{2,3}\.\d requests and /);
  const slowestMs = reader.takeSlowestMs();
  expect(slowestMs).toBeGreaterThan(0.9 * EVERY_MS);
  expect(slowestMs).toBeLessThan(1.2 * EVERY_MS);
});

test("a fault that no later look can mend ends reading", async () => {
  const { instance, readFor } = await open(2);
  instance.source.rows = () => Promise.reject(new Error("403: No Access"));
  await expect(readFor(EVERY_MS)).rejects.toThrow("No Access");
});
