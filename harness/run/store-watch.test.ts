import { describe, expect, test } from "vitest";
import { StoreError } from "#harness/store/error.ts";
import type { StoreHealth, StoreWriter } from "#harness/store/store.ts";
import { StoreWatch } from "./store-watch.ts";

const well: StoreHealth = {
  connected: true,
  spooledRows: 0,
  writtenRows: 5,
  rejectedRows: 0,
  droppedRows: 0,
  lastError: null,
};

function watched() {
  const said: string[] = [];
  const state = { health: well, flush: () => Promise.resolve() };
  const store: StoreWriter = {
    write: () => {},
    flush: () => state.flush(),
    health: () => state.health,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const watch = new StoreWatch(store, (news) => {
    if (news.kind === "message") said.push(news.text);
  });
  return { watch, state, said };
}

describe("the store watch", () => {
  test("says once that ClickHouse is away, and once that it is back", () => {
    const { watch, state, said } = watched();
    state.health = { ...well, connected: false, lastError: "refused" };
    watch.look();
    watch.look();
    state.health = well;
    watch.look();
    watch.look();
    expect(said).toEqual([expect.stringMatching(/away.*refused/), "ClickHouse is back"]);
  });

  test("is quiet at the end when every row arrived", async () => {
    const { watch, said } = watched();
    expect(await watch.atEnd()).toBeUndefined();
    expect(said).toEqual([]);
  });

  test("says how many rows wait on disk, which is no trouble", async () => {
    const { watch, state, said } = watched();
    state.health = { ...well, connected: false, spooledRows: 12 };
    expect(await watch.atEnd()).toBeUndefined();
    expect(said[0]).toMatch(/12 rows wait/);
  });

  test.each([
    ["lost", { droppedRows: 3 }],
    ["refused", { rejectedRows: 3 }],
  ])("calls rows that were %s trouble", async (word, change) => {
    const { watch, state } = watched();
    state.health = { ...well, ...change };
    expect(await watch.atEnd()).toMatch(new RegExp(`3 rows were ${word}`));
  });

  test("turns a flush that fails into trouble, so that the report still comes out", async () => {
    const { watch, state } = watched();
    state.flush = () => Promise.reject(new StoreError("DISK_FULL", "no room"));
    expect(await watch.atEnd()).toContain("DISK_FULL");
  });
});
