import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { manualClock } from "../test/manual-clock.ts";
import type { Contact } from "./http/failure.ts";
import type { HttpRequest } from "./http/request.ts";
import { HttpTransport } from "./http.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A server that answers only when told to, and remembers what reached it. */
async function heldServer() {
  const reached: string[] = [];
  const held: { readonly path: string; readonly response: ServerResponse }[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    reached.push(path);
    held.push({ path, response });
    for (const look of waiting.splice(0)) look();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    reached,
    /** Resolves once so many requests have reached it in all. */
    reachedBy: async (count: number) => {
      while (reached.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    answer: (path: string, status = 200, body = "right") => {
      const found = held.findIndex((one) => one.path === path);
      held.splice(found, 1)[0]?.response.writeHead(status).end(body);
    },
  };
}

const get = (path: string): HttpRequest => ({
  method: "GET",
  path,
  headers: {},
  check: (status, body) => {
    if (status !== 200) return `http-${status}`;
    return body === "right" ? undefined : "wrong-body";
  },
});

interface Outcome {
  readonly tag: number;
  readonly errorClass: string | undefined;
  readonly contact: Contact;
}

function open(port: number, connections: number, timeoutMs = 1000) {
  const clock = manualClock();
  const outcomes: Outcome[] = [];
  const waiting: (() => void)[] = [];
  const transport = new HttpTransport(
    {
      origin: `http://127.0.0.1:${port}`,
      address: { address: "127.0.0.1", family: 4 },
      clock,
      connections,
      timeoutMs,
    },
    (tag, errorClass, contact) => {
      outcomes.push({ tag, errorClass, contact });
      for (const look of waiting.splice(0)) look();
    },
  );
  closing.push(() => transport[Symbol.asyncDispose]());
  const ended = async (count: number) => {
    while (outcomes.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return outcomes;
  };
  return { transport, clock, outcomes, ended };
}

describe("the HTTP transport", () => {
  test("hands out as many requests as it has connections, the others in order of sending", async () => {
    const server = await heldServer();
    const { transport, ended } = open(server.port, 2);
    for (const tag of [0, 1, 2, 3]) transport.send(get(`/${tag}`), tag);
    await server.reachedBy(2);
    expect(transport.outstanding).toBe(4);
    server.answer("/1");
    await server.reachedBy(3);
    expect(server.reached.toSorted()).toEqual(["/0", "/1", "/2"]);
    server.answer("/0");
    await server.reachedBy(4);
    server.answer("/2");
    server.answer("/3");
    const outcomes = await ended(4);
    expect(outcomes.every(({ errorClass }) => errorClass === undefined)).toBe(true);
    expect(transport.outstanding).toBe(0);
  });

  test("tells wrong answers from right ones, and both from none", async () => {
    const server = await heldServer();
    const { transport, ended } = open(server.port, 3);
    for (const tag of [0, 1, 2]) transport.send(get(`/${tag}`), tag);
    await server.reachedBy(3);
    server.answer("/0");
    server.answer("/1", 503);
    server.answer("/2", 200, "wrong");
    expect((await ended(3)).toSorted((a, b) => a.tag - b.tag)).toEqual([
      { tag: 0, errorClass: undefined, contact: "answered" },
      { tag: 1, errorClass: "http-503", contact: "answered" },
      { tag: 2, errorClass: "wrong-body", contact: "answered" },
    ]);
  });

  test("counts the timeout from the send: what is queued times out too and is never sent", async () => {
    const server = await heldServer();
    const { transport, clock, ended } = open(server.port, 1, 1000);
    transport.send(get("/0"), 0);
    transport.send(get("/1"), 1);
    await server.reachedBy(1);
    clock.advance(400);
    transport.send(get("/2"), 2);
    clock.advance(600);
    expect((await ended(2)).toSorted((a, b) => a.tag - b.tag)).toEqual([
      { tag: 0, errorClass: "timeout", contact: "silent" },
      { tag: 1, errorClass: "timeout", contact: "silent" },
    ]);
    await server.reachedBy(2);
    server.answer("/2");
    await ended(3);
    expect(server.reached).toEqual(["/0", "/2"]);
  });

  test("drops all that is out: nothing of it is heard of again, nor reaches the target", async () => {
    const server = await heldServer();
    const { transport, outcomes, ended } = open(server.port, 2);
    for (const tag of [0, 1, 2, 3]) transport.send(get(`/${tag}`), tag);
    await server.reachedBy(2);
    transport.dropAll();
    expect(transport.outstanding).toBe(0);
    transport.send(get("/after"), 9);
    await server.reachedBy(3);
    server.answer("/after");
    await ended(1);
    expect(outcomes).toEqual([{ tag: 9, errorClass: undefined, contact: "answered" }]);
    expect(server.reached.toSorted()).toEqual(["/0", "/1", "/after"]);
  });

  test("drops what no connection has taken yet", async () => {
    const server = await heldServer();
    const { transport, ended } = open(server.port, 1);
    transport.send(get("/0"), 0);
    transport.dropAll();
    transport.send(get("/1"), 1);
    await server.reachedBy(1);
    server.answer("/1");
    expect((await ended(1)).map(({ tag }) => tag)).toEqual([1]);
    expect(server.reached).toEqual(["/1"]);
  });

  test("calls a refused connection what it is, however many wait behind it", async () => {
    const server = await heldServer();
    await closing.pop()?.();
    const { transport, ended } = open(server.port, 2);
    for (let tag = 0; tag < 50; tag++) transport.send(get("/"), tag);
    for (const { errorClass, contact } of await ended(50)) {
      expect([errorClass, contact]).toEqual(["refused", "no-connection"]);
    }
  });

  test("closed forgets what was out", async () => {
    const server = await heldServer();
    const { transport, outcomes } = open(server.port, 1);
    transport.send(get("/0"), 0);
    transport.send(get("/1"), 1);
    await server.reachedBy(1);
    await transport[Symbol.asyncDispose]();
    transport.send(get("/2"), 2);
    expect(transport.outstanding).toBe(0);
    expect(outcomes).toEqual([]);
  });
});
