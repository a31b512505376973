import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { RecordQuery, Records } from "./records.ts";
import type { AggregationRow, NRecordsRow, UnitLogRow, WindowRow } from "./rows.ts";

/** In the future, so that nothing expires while the suite runs. */
const AT = Date.UTC(2040, 0, 1, 12, 0, 0);

const windowRow = (owner: string, state: string, atMs: number): WindowRow => ({
  unit_node_uuid: owner,
  state,
  state_type: "Text",
  create_datetime: atMs,
  expiration_datetime: AT + 3_600_000,
  size: Buffer.byteLength(state),
});
const nRow = (owner: string, at: number, max_count: number): NRecordsRow => ({
  unit_node_uuid: owner,
  state: `${at}`,
  state_type: "Number",
  create_datetime: AT + at,
  max_count,
  size: 1,
});
const aggregation = (owner: string, end: number, kind: "Avg" | "Max"): AggregationRow => ({
  unit_node_uuid: owner,
  state: 1.5,
  aggregation_type: kind,
  time_window_size: 60,
  create_datetime: AT + end + 3,
  start_window_datetime: AT + end - 60_000,
  end_window_datetime: AT + end,
});
const logRow = (owner: string, level: UnitLogRow["level"], at: number): UnitLogRow => ({
  uuid: randomUUID(),
  level,
  unit_uuid: owner,
  text: `${level} at ${at}`,
  create_datetime: AT + at,
  expiration_datetime: AT + 86_400_000,
});

const all = (owner: string, more: Partial<RecordQuery> = {}): RecordQuery => ({
  owner,
  order: "asc",
  ...more,
});

/** What every store of records must do. */
export function describeRecords(name: string, open: () => Promise<Records>): void {
  describe(`${name} records`, () => {
    let records: Records;
    beforeAll(async () => {
      records = await open();
    });
    afterAll(() => records.close());

    test("a row reads back as it was written, and only under its owner", async () => {
      const owner = randomUUID();
      const row = windowRow(owner, 'it\'s 5 °C\n"quoted"\\', AT + 7);
      await records.insert("window_entry", [row, windowRow(randomUUID(), "other", AT)]);
      expect(await records.read("window_entry", all(owner))).toEqual({ count: 1, rows: [row] });
      expect(await records.read("window_entry", all(randomUUID()))).toEqual({ count: 0, rows: [] });
    });

    test("equal milliseconds are all kept", async () => {
      const owner = randomUUID();
      await records.insert("window_entry", [
        windowRow(owner, "a", AT),
        windowRow(owner, "a", AT),
        windowRow(owner, "b", AT),
      ]);
      expect((await records.read("window_entry", all(owner))).count).toBe(3);
    });

    test("order, offset and limit page; the count is of all", async () => {
      const owner = randomUUID();
      const rows = [3, 1, 2].map((at) => windowRow(owner, `${at}`, AT + at));
      await records.insert("window_entry", rows);
      const states = async (more: Partial<RecordQuery>) => {
        const page = await records.read("window_entry", all(owner, more));
        return [page.count, page.rows.map(({ state }) => state).join("")];
      };
      expect(await states({ order: "desc" })).toEqual([3, "321"]);
      expect(await states({ limit: 2 })).toEqual([3, "12"]);
      expect(await states({ limit: 2, offset: 2 })).toEqual([3, "3"]);
      expect(await states({ offset: 1 })).toEqual([3, "23"]);
      expect(await states({ created: { fromMs: AT + 2 } })).toEqual([2, "23"]);
      expect(await states({ created: { fromMs: AT + 2, toMs: AT + 2 } })).toEqual([1, "2"]);
    });

    test("every word of a search is in the value, in any case", async () => {
      const owner = randomUUID();
      await records.insert("window_entry", [
        windowRow(owner, "Alarm in ROOM 5", AT),
        windowRow(owner, "Alarm off", AT + 1),
      ]);
      const found = await records.read("window_entry", all(owner, { search: "room alarm" }));
      expect(found.rows.map(({ state }) => state)).toEqual(["Alarm in ROOM 5"]);
    });

    test("aggregations are found by kind, window and the window's end", async () => {
      const owner = randomUUID();
      const rows = [
        aggregation(owner, 60_000, "Avg"),
        aggregation(owner, 120_000, "Avg"),
        aggregation(owner, 120_000, "Max"),
      ];
      await records.insert("aggregation_entry", rows);
      const read = (more: Partial<RecordQuery>) =>
        records.read("aggregation_entry", all(owner, more));
      expect((await read({})).rows).toHaveLength(3);
      expect((await read({ aggregations: ["Max"] })).rows).toEqual([rows[2]]);
      expect((await read({ windowEnd: { toMs: AT + 60_000 } })).rows).toEqual([rows[0]]);
      expect((await read({ windowSizeSec: 300 })).count).toBe(0);
    });

    test("logs are found by level", async () => {
      const owner = randomUUID();
      const rows = [logRow(owner, "Info", 1), logRow(owner, "Error", 2)];
      await records.insert("unit_logs", rows);
      const found = await records.read("unit_logs", all(owner, { levels: ["Error", "Critical"] }));
      expect(found).toEqual({ count: 1, rows: [rows[1]] });
    });

    test("trimming keeps of each node as many as its newest row allows", async () => {
      const [two, five] = [randomUUID(), randomUUID()];
      await records.insert("n_last_entry", [
        ...[1, 2, 3, 4].map((at) => nRow(two, at, 2)),
        ...[1, 2, 3].map((at) => nRow(five, at, 5)),
      ]);
      await records.trimNRecords();
      // A mutation is done when it is done.
      await vi.waitFor(async () => {
        const { rows } = await records.read("n_last_entry", all(two));
        expect(rows.map(({ state }) => state)).toEqual(["3", "4"]);
      });
      expect((await records.read("n_last_entry", all(five))).count).toBe(3);
    });

    test("removing takes one owner's rows of one table", async () => {
      const [gone, kept] = [randomUUID(), randomUUID()];
      await records.insert("window_entry", [windowRow(gone, "x", AT), windowRow(kept, "x", AT)]);
      await records.insert("unit_logs", [logRow(gone, "Info", 1)]);
      await records.remove("window_entry", [gone]);
      await vi.waitFor(async () => {
        expect((await records.read("window_entry", all(gone))).count).toBe(0);
      });
      expect((await records.read("window_entry", all(kept))).count).toBe(1);
      expect((await records.read("unit_logs", all(gone))).count).toBe(1);
    });
  });
}
