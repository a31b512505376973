import { describe, expect, test } from "vitest";
import { BaseReader, type BaseSource } from "./base-reader.ts";

interface Row {
  readonly uuid: string;
  readonly unit_state: unknown;
  readonly last_update_datetime: string;
}

/** An instance whose backend dates its changes a tenth of a second apart. */
function instance() {
  let now = Date.UTC(2026, 4, 1, 12);
  const units = new Map<string, Row>();
  const logs = new Map<string, { uuid: string; text: string }[]>();
  const asked: { offset: number; limit: number }[] = [];
  const source: BaseSource = {
    states: ({ offset, limit }) => {
      asked.push({ offset, limit });
      const newestFirst = [...units.values()].sort((a, b) =>
        a.last_update_datetime < b.last_update_datetime ? 1 : -1,
      );
      return Promise.resolve({ units: newestFirst.slice(offset, offset + limit) });
    },
    logs: (uuid, { offset, limit }) => {
      asked.push({ offset, limit });
      const newestFirst = (logs.get(uuid) ?? []).toReversed();
      return Promise.resolve({ unit_logs: newestFirst.slice(offset, offset + limit) });
    },
  };
  return {
    source,
    asked,
    state: (uuid: string, unit_state: unknown) => {
      now += 100;
      const last_update_datetime = new Date(now).toISOString().slice(0, -1);
      units.set(uuid, { uuid, unit_state, last_update_datetime });
    },
    log: (uuid: string, text: string) => {
      logs.set(uuid, [...(logs.get(uuid) ?? []), { uuid: `${uuid} ${text}`, text }]);
    },
  };
}

const names = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => `u${from + at}`);

describe("reading states", () => {
  test("gives each new one once, however many Units there are", async () => {
    const { source, state, asked } = instance();
    for (const name of names(0, 300)) state(name, null);
    const reader = new BaseReader(source);
    expect(await reader.states()).toHaveLength(300);
    expect(await reader.states()).toEqual([]);
    asked.length = 0;
    state("u7", { millis: 1 });
    state("u8", { millis: 2 });
    expect(await reader.states()).toEqual([
      { unitUuid: "u7", kind: "state", content: { millis: 1 } },
      { unitUuid: "u8", kind: "state", content: { millis: 2 } },
    ]);
    expect(await reader.states()).toEqual([]);
    // Two readings of the newest rows, not of three hundred Units.
    expect(asked).toHaveLength(2);
    for (const { offset, limit } of asked) expect(offset + limit).toBeLessThanOrEqual(500);
    expect(asked.at(-1)?.limit).toBeLessThan(30);
  });

  test("goes on to the next page while all is new", async () => {
    const { source, state } = instance();
    for (const name of names(0, 900)) state(name, null);
    const reader = new BaseReader(source);
    await reader.states();
    await reader.states();
    for (const name of names(0, 700)) state(name, { millis: 1 });
    expect(await reader.states()).toHaveLength(700);
    expect(reader.cost.requests).toBeLessThanOrEqual(10);
  });

  test("sees a state beside a newer change of another kind", async () => {
    const { source, state } = instance();
    const reader = new BaseReader(source);
    state("u1", { millis: 1 });
    await reader.states();
    state("u2", { millis: 5 });
    for (let at = 0; at < 30; at++) state("u1", { millis: 1 });
    expect(await reader.states()).toMatchObject([{ unitUuid: "u2" }]);
  });
});

describe("reading logs", () => {
  test("gives each new entry once, past the end of a page", async () => {
    const { source, log } = instance();
    const reader = new BaseReader(source);
    expect(await reader.logs("u1")).toEqual([]);
    for (const name of names(0, 45)) log("u1", name);
    const contents = (await reader.logs("u1")).map(({ content }) => content);
    expect(contents).toEqual(names(0, 45));
    log("u1", "one more");
    log("u2", "of another Unit");
    expect(await reader.logs("u1")).toEqual([{ unitUuid: "u1", kind: "log", content: "one more" }]);
    expect(await reader.logs("u1")).toEqual([]);
  });

  test("counts what it costs", async () => {
    const { source, log } = instance();
    const reader = new BaseReader(source);
    for (const name of names(0, 5)) log("u1", name);
    await reader.logs("u1");
    await reader.states();
    expect(reader.cost).toEqual({ requests: 2, rows: 5 });
  });
});
