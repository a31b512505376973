import { setMaxListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { manualClock } from "../test/manual-clock.ts";
import { BACK_OFFS } from "./back-off.ts";
import type { ConnectOutcome } from "./connections.ts";
import { Reconnector, type ReconnectorOptions } from "./reconnect.ts";

/** Units that connect as a test says, and the times at which they tried. */
function reconnecting(
  answer: (index: number, attempt: number) => string | undefined = () => undefined,
  change: Partial<ReconnectorOptions> = {},
) {
  const clock = manualClock();
  const began = clock.now();
  const tries: { index: number; atMs: number }[] = [];
  const open = new Set<number>();
  const failures: string[] = [];
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const reconnector = new Reconnector({
    units: {
      isOpen: (index) => open.has(index),
      connectOne: (index): Promise<ConnectOutcome> => {
        tries.push({ index, atMs: clock.now() - began });
        const error = answer(index, tries.filter((one) => one.index === index).length);
        if (error === undefined) open.add(index);
        return Promise.resolve({ index, connected: error === undefined, tookMs: 1, error });
      },
    },
    backOff: BACK_OFFS.paho,
    seed: 1,
    clock,
    connectsPerSec: 100,
    signal: stop.signal,
    onConnected: () => {},
    onFailed: (errorClass) => failures.push(errorClass),
    ...change,
  });
  /** Ten milliseconds at a time, as the reconnector looks; everything due gets its turn. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      clock.advance(10);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  };
  return { reconnector, tries, open, failures, pass, stop };
}

describe("a Unit that went away", () => {
  test("comes back after its back-off, which doubles while it is turned away", async () => {
    const { reconnector, tries, failures, pass } = reconnecting((_index, attempt) =>
      attempt < 4 ? "ECONNREFUSED" : undefined,
    );
    reconnector.comeBack(3, false);
    await pass(16_000);
    expect(failures).toEqual(["ECONNREFUSED", "ECONNREFUSED", "ECONNREFUSED"]);
    const times = tries.map(({ atMs }) => Math.round(atMs / 100) / 10);
    expect(times).toEqual([1, 3, 7, 15]);
    expect(reconnector.away).toBe(0);
  });

  test("starts with its first wait again when it goes away another time", async () => {
    const { reconnector, tries, open, pass } = reconnecting();
    reconnector.comeBack(0, false);
    await pass(1100);
    open.clear();
    reconnector.comeBack(0, false);
    await pass(1100);
    expect(tries.map(({ atMs }) => Math.round(atMs / 1000))).toEqual([1, 2]);
  });

  test("comes back with all others no faster than the target's limit", async () => {
    const { reconnector, tries, pass } = reconnecting(undefined, { connectsPerSec: 20 });
    for (let index = 0; index < 40; index++) reconnector.comeBack(index, false);
    await pass(4000);
    expect(tries).toHaveLength(40);
    for (const [i, { atMs }] of tries.entries()) {
      const within = tries.filter((one) => one.atMs >= atMs && one.atMs < atMs + 1000).length;
      expect(within, `from try ${i} on`).toBeLessThanOrEqual(21);
    }
  });

  test("asks for no place in a storm, but waits once it was turned away", async () => {
    const { reconnector, tries, pass } = reconnecting((index, attempt) =>
      index === 7 && attempt === 1 ? "refused-3" : undefined,
    );
    for (let index = 0; index < 200; index++) reconnector.comeBack(index, true);
    await pass(100);
    expect(tries).toHaveLength(200);
    await pass(1100);
    expect(tries.at(-1)).toMatchObject({ index: 7 });
    expect(reconnector.away).toBe(0);
  });

  test("draws its wait from the seed, whoever else is away", async () => {
    const jittered = { backOff: BACK_OFFS.device };
    const alone = reconnecting(undefined, jittered);
    alone.reconnector.comeBack(5, false);
    await alone.pass(1100);
    const among = reconnecting(undefined, jittered);
    for (let index = 0; index < 9; index++) among.reconnector.comeBack(index, false);
    await among.pass(1100);
    const sameOne = among.tries.find(({ index }) => index === 5);
    expect(Math.abs((sameOne?.atMs ?? 0) - (alone.tries[0]?.atMs ?? 0))).toBeLessThan(100);
    expect(new Set(among.tries.map(({ atMs }) => atMs)).size).toBeGreaterThan(4);
  });

  test("stays away once the run is over", async () => {
    const { reconnector, tries, pass, stop } = reconnecting();
    reconnector.comeBack(1, false);
    stop.abort(new Error("over"));
    reconnector.comeBack(2, true);
    await pass(3000);
    expect(tries).toEqual([]);
  });

  test("comes back again when it was closed before anybody heard that it was open", async () => {
    let tries = 0;
    const { reconnector, pass } = reconnecting(undefined, {
      units: {
        isOpen: () => tries > 1,
        connectOne: (index) => {
          tries++;
          return Promise.resolve({ index, connected: true, tookMs: 1, error: undefined });
        },
      },
    });
    reconnector.comeBack(0, true);
    await pass(2000);
    expect(tries).toBe(2);
    expect(reconnector.away).toBe(0);
  });
});
