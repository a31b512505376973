import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../clock.ts";
import { openMemoryRecords } from "../records/memory.ts";
import type { RecordTable } from "../records/rows.ts";
import { openDatabase } from "../state/database.ts";
import type { NodeRow } from "../state/rows.ts";
import { nodeRow } from "../state/test-rows.ts";
import { type DataPipe, startDataPipe } from "./service.ts";

/** Aligned to a minute. */
const START = Date.UTC(2026, 4, 1, 12, 0, 0);
const FLUSH_MS = 5000;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

type Policy = Readonly<Record<string, unknown>> & { readonly policy_type: string };
const WINDOW: Policy = { policy_type: "TimeWindow", time_window_size: 60 };

const pipe = (processing_policy: Policy, filters: object = {}) =>
  JSON.stringify({
    active_period: { type: "Permanent" },
    filters: { type_input_value: "Text", max_rate: 0, max_size: 0, ...filters },
    processing_policy,
  });

function setUp(bufferMaxSize?: number) {
  const db = openDatabase();
  const records = openMemoryRecords();
  const log: string[] = [];
  const clock = { ...systemClock, wallMs: () => Date.now() };
  const put = (data_pipe_yml: string, about: Partial<NodeRow> = {}) => {
    const node = nodeRow({ is_data_pipe_active: true, data_pipe_yml, ...about });
    db.commit({ table: "nodes", put: node });
    return node.uuid;
  };
  const start = () =>
    startDataPipe({
      db,
      records,
      clock,
      log: (line) => log.push(line),
      ...(bufferMaxSize === undefined ? {} : { bufferMaxSize }),
    });
  const rows = async (table: RecordTable, owner: string) =>
    (await records.read(table, { owner, order: "" })).rows;
  return { db, records, log, put, start, rows };
}

const send = (service: DataPipe, node: string, ...texts: readonly string[]) =>
  texts.map((text) => service.handle(`d/${node}/pepeunit`, Buffer.from(text)));

test("a TimeWindow keeps every message, and stores at the flush five seconds later", async () => {
  const { put, start, rows } = setUp();
  const node = put(pipe(WINDOW));
  const service = start();
  send(service, node, "a", "a", "ö");
  vi.advanceTimersByTime(FLUSH_MS - 1);
  expect(await rows("window_entry", node)).toEqual([]);
  vi.advanceTimersByTime(1);
  const row = {
    unit_node_uuid: node,
    state: "a",
    state_type: "Text",
    create_datetime: START,
    expiration_datetime: START + 60_000,
    size: 1,
  };
  expect(await rows("window_entry", node)).toEqual([row, row, { ...row, state: "ö", size: 2 }]);
});

test("a thousand entries are stored at once", async () => {
  const { put, start, rows } = setUp();
  const node = put(pipe(WINDOW));
  const service = start();
  send(service, node, ...Array.from({ length: 999 }, (_, at) => `${at}`));
  expect(await rows("window_entry", node)).toHaveLength(0);
  send(service, node, "999");
  expect(await rows("window_entry", node)).toHaveLength(1000);
});

test("the last value is the node's state, in whole seconds", () => {
  const { db, put, start } = setUp();
  const node = put(pipe({ policy_type: "LastValue" }));
  const service = start();
  send(service, node, "old");
  vi.advanceTimersByTime(1234);
  send(service, node, "new");
  vi.advanceTimersByTime(FLUSH_MS);
  expect(db.nodes.get(node)).toMatchObject({
    state: "new",
    last_update_datetime: "2026-05-01T12:00:01",
    data_pipe_status: "Inactive",
  });
});

test("at a thousand distinct last values in one interval the service stands still for good", () => {
  const { db, put, start, log } = setUp();
  const yml = pipe({ policy_type: "LastValue" });
  const nodes = Array.from({ length: 1000 }, () => put(yml));
  const [first = "", ...others] = nodes;
  const service = start();
  expect(others.flatMap((node) => send(service, node, "x")).every(Boolean)).toBe(true);
  expect(send(service, first, "x")).toEqual([false]);
  vi.advanceTimersByTime(120_000);
  expect(db.nodes.get(first)?.state).toBeNull();
  expect(db.nodes.get(others[0] ?? "")?.state).toBeNull();
  expect(send(service, first, "y")).toEqual([false]);
  expect(log).toHaveLength(1);
});

test("a larger buffer, or one value less, goes on", () => {
  const { db, put, start } = setUp(1001);
  const nodes = Array.from({ length: 1000 }, () => put(pipe({ policy_type: "LastValue" })));
  const service = start();
  for (const node of nodes) send(service, node, "x");
  vi.advanceTimersByTime(FLUSH_MS);
  expect(nodes.every((node) => db.nodes.get(node)?.state === "x")).toBe(true);
});

test("NRecords keeps more than its count until the next cleanup, once a minute", async () => {
  const { put, start, rows } = setUp();
  const node = put(pipe({ policy_type: "NRecords", n_records_count: 2 }));
  const service = start();
  for (const text of ["1", "2", "3"]) {
    send(service, node, text);
    vi.advanceTimersByTime(1);
  }
  vi.advanceTimersByTime(FLUSH_MS);
  expect(await rows("n_last_entry", node)).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await rows("n_last_entry", node)).toMatchObject([{ state: "2" }, { state: "3" }]);
});

test("the count of the policy seen last goes to every row of the batch", async () => {
  const { put, start, rows } = setUp();
  const few = put(pipe({ policy_type: "NRecords", n_records_count: 2 }));
  const many = put(pipe({ policy_type: "NRecords", n_records_count: 100 }));
  const service = start();
  send(service, few, "x");
  send(service, many, "x");
  vi.advanceTimersByTime(FLUSH_MS);
  expect(await rows("n_last_entry", few)).toMatchObject([{ max_count: 100 }]);
});

const aggregate = (kind: string, size = 60): Policy => ({
  policy_type: "Aggregation",
  time_window_size: size,
  aggregation_functions: kind,
});

test.each([
  ["Avg", 2],
  ["Min", 1],
  ["Max", 3],
  ["Sum", 6],
])("%s of a window is %d, at the first flush after its end", async (kind, state) => {
  const { put, start, rows } = setUp();
  const node = put(pipe(aggregate(kind)));
  const service = start();
  vi.advanceTimersByTime(10_000);
  send(service, node, "1", "not a number", "2", "3");
  vi.advanceTimersByTime(49_999);
  expect(await rows("aggregation_entry", node)).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(await rows("aggregation_entry", node)).toEqual([
    {
      unit_node_uuid: node,
      state,
      aggregation_type: kind,
      time_window_size: 60,
      create_datetime: START + 60_000,
      start_window_datetime: START,
      end_window_datetime: START + 60_000,
    },
  ]);
});

test("function and size of the aggregation seen last are applied to every node", async () => {
  const { put, start, rows } = setUp();
  const sum = put(pipe(aggregate("Sum", 300)));
  const max = put(pipe(aggregate("Max")));
  const service = start();
  send(service, sum, "1", "2");
  send(service, max, "7");
  vi.advanceTimersByTime(60_000);
  expect(await rows("aggregation_entry", sum)).toMatchObject([
    { state: 2, aggregation_type: "Max", time_window_size: 60 },
  ]);
});

test("a full aggregation stands still when a window has ended before the flush", () => {
  const { put, start } = setUp(3);
  const node = put(pipe(aggregate("Sum")));
  const service = start();
  vi.advanceTimersByTime(57_000);
  expect(send(service, node, "1", "2", "3", "4")).toEqual([true, true, true, true]);
  // The flush of the window's end is due two seconds later than the next value.
  vi.setSystemTime(START + 61_000);
  expect(send(service, node, "5")).toEqual([false]);
});

test("new nodes are found within a minute, announced ones at the next flush", async () => {
  const { put, start, rows } = setUp();
  const service = start();
  const announced = put(pipe(WINDOW));
  send(service, announced, "before");
  service.announce();
  vi.advanceTimersByTime(FLUSH_MS);
  send(service, announced, "after");
  const silent = put(pipe(WINDOW));
  vi.advanceTimersByTime(50_000);
  send(service, silent, "before");
  vi.advanceTimersByTime(5000);
  send(service, silent, "after");
  vi.advanceTimersByTime(FLUSH_MS);
  expect(await rows("window_entry", announced)).toMatchObject([{ state: "after" }]);
  expect(await rows("window_entry", silent)).toMatchObject([{ state: "after" }]);
});

test("nothing is stored of an inactive node, broken settings, or another topic", async () => {
  const { put, start, rows } = setUp();
  const off = put(pipe(WINDOW), { is_data_pipe_active: false });
  const broken = put("{");
  const good = put(pipe(WINDOW));
  const service = start();
  send(service, off, "x");
  send(service, broken, "x");
  service.handle(`d/${good}`, Buffer.from("x"));
  service.handle(`d/x/${good}/pepeunit`, Buffer.from("x"));
  vi.advanceTimersByTime(FLUSH_MS);
  const stored = await Promise.all([off, broken, good].map((node) => rows("window_entry", node)));
  expect(stored).toEqual([[], [], []]);
});

test("a batch that the database refuses is lost", async () => {
  const { put, start, rows, records, log } = setUp();
  const node = put(pipe(WINDOW));
  const service = start();
  vi.spyOn(records, "insert").mockRejectedValueOnce(new Error("no connection"));
  send(service, node, "lost");
  await vi.advanceTimersByTimeAsync(FLUSH_MS);
  send(service, node, "kept");
  await vi.advanceTimersByTimeAsync(FLUSH_MS);
  expect(await rows("window_entry", node)).toMatchObject([{ state: "kept" }]);
  expect(log).toEqual(["1 rows for window_entry are lost: Error: no connection"]);
});

test("what is buffered when the service ends is lost", async () => {
  const { put, start, rows } = setUp();
  const node = put(pipe(WINDOW));
  const service = start();
  send(service, node, "x");
  service.close();
  vi.advanceTimersByTime(FLUSH_MS);
  expect(await rows("window_entry", node)).toEqual([]);
});
