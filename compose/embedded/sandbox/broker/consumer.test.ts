import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Station } from "../capacity/station.ts";
import { systemClock } from "../clock.ts";
import { createAuthority } from "./authority.ts";
import { createConsumer } from "./consumer.ts";
import type { Hook } from "./hook.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(hook: Hook = async () => true) {
  let waiting: (() => void)[] = [];
  let isFull = false;
  const station: Station = {
    admit(done) {
      if (!isFull) waiting.push(done);
      return !isFull;
    },
    clear() {
      waiting = [];
    },
    close() {},
  };
  const handled: string[] = [];
  const asked = vi.fn<Hook>(hook);
  let stands = false;
  const consumer = createConsumer({
    clientId: "d",
    filter: "d/+/pepeunit",
    clock: systemClock,
    station,
    openAuthority: () => createAuthority("jwt", asked),
    maxMailbox: 3,
    reconnectMs: () => 8000,
    handle(_topic, payload) {
      handled.push(payload.toString());
      return !stands;
    },
    log: () => {},
  });
  const send = (...texts: readonly string[]) => {
    for (const text of texts) consumer.deliver("d/n/pepeunit", Buffer.from(text));
  };
  return {
    consumer,
    handled,
    asked,
    send,
    serve: () => waiting.shift()?.(),
    fill: () => {
      isFull = true;
    },
    standStill: () => {
      stands = true;
    },
  };
}

test("a mailbox with one message too many kills the connection and all that waited", async () => {
  const { consumer, handled, send, serve, asked } = setUp();
  await consumer.start();
  send("a", "b", "c");
  serve();
  send("d");
  expect(consumer.subscribed).toBe(true);
  send("e");
  expect(consumer).toMatchObject({ subscribed: false, lost: 4 });
  send("while away");
  await vi.advanceTimersByTimeAsync(7999);
  expect(consumer.subscribed).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  send("f");
  serve();
  expect(handled).toEqual(["a", "f"]);
  // A new connection begins with an empty cache.
  expect(asked).toHaveBeenCalledTimes(2);
});

test("a denial is remembered for ten minutes, however often the service asks", async () => {
  let isAllowed = false;
  const { consumer, asked } = setUp(async () => isAllowed);
  await consumer.start();
  isAllowed = true;
  await vi.advanceTimersByTimeAsync(590_000);
  expect(consumer.subscribed).toBe(false);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(consumer.subscribed).toBe(true);
  expect(asked).toHaveBeenCalledTimes(2);
});

test("a service that stands still is killed once its mailbox is full, and never comes back", async () => {
  const { consumer, handled, send, serve, standStill } = setUp();
  await consumer.start();
  standStill();
  send("last");
  serve();
  send("b", "c", "d");
  expect(consumer.subscribed).toBe(true);
  send("e");
  await vi.advanceTimersByTimeAsync(600_000);
  expect(consumer.subscribed).toBe(false);
  expect(handled).toEqual(["last"]);
});

test("what the service's own queue refuses is lost without a kill", async () => {
  const { consumer, send, fill } = setUp();
  await consumer.start();
  fill();
  send("a", "b", "c", "d", "e");
  expect(consumer).toMatchObject({ subscribed: true, lost: 5 });
});
