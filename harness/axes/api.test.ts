import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { LoadstoneError } from "../errors.ts";
import { Ledger, SLOT } from "../measure/ledger.ts";
import { manualClock } from "../test/manual-clock.ts";
import type { Clock } from "../load/clock.ts";
import { ApiDriver } from "./api.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A port on which a server answered until just now, or still answers when told so. */
async function serverPort(answers: boolean): Promise<number> {
  const server = createServer((_request, response) => response.end("right"));
  const port = await listening(server);
  if (!answers) await closing.pop()?.();
  return port;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function open(
  port: number,
  clock: Clock,
  checkAlive: () => Promise<void> = () => Promise.resolve(),
) {
  const driver = new ApiDriver({
    origin: `http://127.0.0.1:${port}`,
    address: { address: "127.0.0.1", family: 4 },
    clock,
    random: () => 0.5,
    connections: 2,
    timeoutMs: 1000,
    openMix: () =>
      Promise.resolve({
        next: () => ({ method: "GET", path: "/", headers: {}, check: () => undefined }),
      }),
    checkAlive,
  });
  closing.push(() => driver[Symbol.asyncDispose]());
  return driver;
}

const signal = new AbortController().signal;

/** Sends so many slots as one step. */
function sendStep(driver: ApiDriver, step: number, slots: number): Ledger {
  const ledger = new Ledger(500, driver.streams);
  driver.begin(step, slots, ledger);
  ledger.beginSegment(true, 0, slots);
  for (let i = 0; i < slots; i++) driver.send(ledger.due(1000));
  return ledger;
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

async function untilNoneIsPending(driver: ApiDriver): Promise<void> {
  while (driver.pending > 0) await turn();
}

describe("the API axis", () => {
  test("counts what is answered, with nothing pending afterwards", async () => {
    const driver = open(await serverPort(true), manualClock());
    await driver.prepare(1, signal);
    const ledger = sendStep(driver, 0, 5);
    expect(driver.pending).toBe(5);
    await untilNoneIsPending(driver);
    expect(ledger.totals).toMatchObject({ sent: 5, good: 5 });
    expect(driver.broken).toBeNull();
  });

  test("forgets a step's requests when the next begins, and when told to", async () => {
    const driver = open(await serverPort(true), manualClock());
    await driver.prepare(1, signal);
    const older = sendStep(driver, 0, 5);
    const ledger = sendStep(driver, 1, 3);
    await untilNoneIsPending(driver);
    expect([older.totals.good, ledger.totals.good]).toEqual([0, 3]);
    const last = sendStep(driver, 2, 3);
    driver.abandon();
    expect(driver.pending).toBe(0);
    expect(last.stateOf(0)).toBe(SLOT.sent);
  });

  test("breaks off when connections fail on and on, and asks whether the target is alive", async () => {
    const gone = new LoadstoneError("TARGET_UNREACHABLE", "gone");
    const clock = manualClock();
    const driver = open(await serverPort(false), clock, () => {
      clock.advance(10_000);
      return Promise.reject(gone);
    });
    await driver.prepare(1, signal);
    const ledger = sendStep(driver, 0, 25);
    await untilNoneIsPending(driver);
    expect(ledger.totals.failed).toBe(25);
    expect(driver.broken).toBe("25 connections in a row failed (refused)");
    await expect(driver.prepare(1, signal)).rejects.toBe(gone);
  });

  test("goes on when the target that refused is found alive", async () => {
    let asked = 0;
    const driver = open(await serverPort(false), manualClock(), () => {
      asked++;
      return Promise.resolve();
    });
    await driver.prepare(1, signal);
    sendStep(driver, 0, 3);
    await untilNoneIsPending(driver);
    await driver.prepare(1, signal);
    await driver.prepare(1, signal);
    expect([asked, driver.broken]).toEqual([1, null]);
  });

  test("lets a request wait for a connection only where the target is too slow for its load", async () => {
    const held: ServerResponse[] = [];
    const server = createServer((_request, response) => held.push(response));
    const port = await listening(server);
    const driver = open(port, manualClock());
    await driver.prepare(1, signal);
    // 10 a second within 500 ms: five are out on average, 14 at most, whatever `connections` says.
    const ledger = sendStep(driver, 0, 10);
    while (held.length < 10) await turn();
    for (const response of held) response.end("right");
    await untilNoneIsPending(driver);
    expect(ledger.totals.good).toBe(10);
  });

  test("cannot begin a step that was not prepared: its slots would be nobody's", async () => {
    const driver = open(await serverPort(false), manualClock());
    expect(() => sendStep(driver, 0, 1)).toThrow("not prepared");
  });
});
