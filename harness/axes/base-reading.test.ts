import { describe, expect, test } from "vitest";
import { LoadstoneError } from "../errors.ts";
import { BaseReader, type BaseSource } from "../platform/base-reader.ts";
import { skippingClock } from "../test/skipping-clock.ts";
import { logText, markedPayload, stateText, writeMark } from "./base-message.ts";
import { BaseReading } from "./base-reading.ts";
import { tagOf } from "./tag.ts";
import type { Seen } from "./written-kind.ts";

const RUN_TAG = 7;
const LOGGERS = 1;
const SENT = { step: 2, slot: 30 };

function textOf(text: string): string {
  const marked = markedPayload(Buffer.alloc(text.length), text);
  writeMark(marked, SENT);
  return marked.payload.toString("latin1");
}

const state: unknown = JSON.parse(textOf(stateText(RUN_TAG, "abc", 0)));
const log = JSON.parse(textOf(logText(RUN_TAG, 120))) as { text: string };

/** Reads what a source gives until so many readings were asked for. */
async function read(source: BaseSource, readings: number) {
  const clock = skippingClock();
  const stop = new AbortController();
  let asked = 0;
  const counted: BaseSource = {
    ...source,
    states: async (range) => {
      if (++asked === readings) stop.abort();
      return source.states(range);
    },
  };
  const reading = new BaseReading({
    reader: new BaseReader(counted),
    clock,
    runTag: RUN_TAG,
    everyMs: 1000,
    loggers: LOGGERS,
    uuidOf: (unit) => `u${unit}`,
  });
  await reading.prepare(2);
  const startedAtMs = clock.now();
  const all: Seen[] = [];
  await reading.read(2, (seen) => void all.push(...seen), stop.signal);
  return { all, asked, tookMs: clock.now() - startedAtMs, cost: reading.costInWords() };
}

const NO_LOGS = () => Promise.resolve({ unit_logs: [] });
const NO_UNITS = () => Promise.resolve({ units: [] });
const down = () => Promise.reject(new LoadstoneError("TARGET_UNREACHABLE", "timed out"));

describe("reading base messages back", () => {
  test("tells of each of ours once: whose it is, and which", async () => {
    const row = { unit_state: state, last_update_datetime: "2026-05-01T12:00:00.5" };
    const source: BaseSource = {
      states: () =>
        Promise.resolve({
          units: [
            { uuid: "u1", ...row },
            { uuid: "stranger", ...row },
            { uuid: "u0", ...row, unit_state: { millis: 5 } },
          ],
        }),
      logs: (uuid) =>
        Promise.resolve({
          unit_logs: [
            { uuid: `${uuid}-1`, text: log.text },
            { uuid: `${uuid}-2`, text: "of another program" },
          ],
        }),
    };
    const { all, tookMs } = await read(source, 3);
    const serial = tagOf(SENT.step, SENT.slot);
    expect(all.toSorted((a, b) => a.stream - b.stream)).toMatchObject([
      { unit: 0, stream: 0, serial },
      { unit: 1, stream: LOGGERS + 1, serial },
    ]);
    // Three readings, one a second.
    expect(tookMs).toBeGreaterThanOrEqual(2000);
  });

  test("goes on while the API is too busy to answer", async () => {
    let asked = 0;
    const row = { uuid: "u1", unit_state: state, last_update_datetime: "2026-05-01T12:00:00" };
    const states = () => (++asked < 5 ? down() : Promise.resolve({ units: [row] }));
    const { all } = await read({ states, logs: NO_LOGS }, 6);
    expect(all).toHaveLength(1);
  });

  test("ends when nothing could be read for half a minute", async () => {
    await expect(read({ states: down, logs: NO_LOGS }, 100)).rejects.toThrow("timed out");
  });

  test("says what it cost", async () => {
    const { cost } = await read({ states: NO_UNITS, logs: NO_LOGS }, 11);
    expect(cost).toMatch(/^reading back took 2\.\d requests and 0\.0 rows a second/);
  });
});
