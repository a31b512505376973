import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { manualClock } from "../../test/manual-clock.ts";
import { HttpTransport } from "../http.ts";
import type { HttpRequest } from "./request.ts";
import { classOfStatus } from "./failure.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A server that answers the n-th request on the n-th connection with what `script` says. */
async function scripted(script: (request: string, connection: number, socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const connection = sockets.push(socket);
    let text = "";
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      text += data.toString("latin1");
      if (!text.includes("\r\n\r\n")) return;
      const request = text;
      text = "";
      script(request, connection, socket);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, sockets };
}

function open(port: number, connections = 1) {
  const clock = manualClock();
  let told: ((outcome: string) => void) | undefined;
  const transport = new HttpTransport(
    {
      origin: `http://127.0.0.1:${port}`,
      address: { address: "127.0.0.1", family: 4 },
      clock,
      connections,
      timeoutMs: 1000,
    },
    (_tag, errorClass, contact) => told?.(`${errorClass ?? "good"} ${contact}`),
  );
  closing.push(() => transport[Symbol.asyncDispose]());
  const ask = (change: Partial<HttpRequest> = {}) =>
    new Promise<string>((resolve) => {
      told = resolve;
      transport.send({ method: "GET", path: "/", headers: {}, check: classOfStatus, ...change }, 0);
    });
  return { transport, clock, ask };
}

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

describe("a connection", () => {
  test("is used again while the other side keeps it", async () => {
    const { port, sockets } = await scripted((_request, _n, socket) => socket.write(OK));
    const { ask, transport } = open(port, 5);
    for (let i = 0; i < 3; i++) expect(await ask()).toBe("good answered");
    expect([sockets.length, transport.openSockets]).toEqual([1, 1]);
  });

  test("is left alone once the other side said it closes, or stopped there", async () => {
    const { port, sockets } = await scripted((_request, n, socket) => {
      if (n === 1) socket.write(OK.replace("\r\n", "\r\nconnection: close\r\n"));
      else socket.end("HTTP/1.1 200 OK\r\n\r\nuntil the end");
    });
    const { ask, transport } = open(port);
    for (let i = 0; i < 3; i++) expect(await ask()).toBe("good answered");
    expect([sockets.length, transport.openSockets]).toEqual([3, 0]);
  });

  test("that rested for as long as servers wait is not used any more", async () => {
    const { port, sockets } = await scripted((_request, _n, socket) => socket.write(OK));
    const { ask, clock } = open(port);
    await ask();
    clock.advance(3900);
    await ask();
    expect(sockets).toHaveLength(1);
    clock.advance(4100);
    expect(await ask()).toBe("good answered");
    expect(sockets).toHaveLength(2);
  });

  test("is not used up to the last moment the server said it would wait", async () => {
    const { port, sockets } = await scripted((_request, _n, socket) =>
      socket.write(OK.replace("\r\n", "\r\nkeep-alive: timeout=2\r\n")),
    );
    const { ask, clock } = open(port);
    await ask();
    clock.advance(1100);
    await ask();
    expect(sockets).toHaveLength(2);
  });

  test("closed while idle is nobody's failure", async () => {
    const { port, sockets } = await scripted((_request, _n, socket) => socket.write(OK));
    const { ask, transport } = open(port);
    await ask();
    sockets[0]?.end();
    while (transport.openSockets > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await ask()).toBe("good answered");
  });

  test.each([
    ["closed before the answer", (socket: Socket) => socket.end(), "closed no-connection"],
    [
      "closed within the answer",
      (socket: Socket) => socket.end(OK.slice(0, -1)),
      "closed no-connection",
    ],
    ["reset", (socket: Socket) => socket.resetAndDestroy(), "reset no-connection"],
    [
      "that speaks something else",
      (socket: Socket) => socket.write("220 mail\r\n"),
      "malformed answered",
    ],
  ])("%s is told as just that, and the next request gets another", async (_what, act, outcome) => {
    const { port } = await scripted((_request, n, socket) => {
      if (n === 1) act(socket);
      else socket.write(OK);
    });
    const { ask } = open(port);
    expect(await ask()).toBe(outcome);
    expect(await ask()).toBe("good answered");
  });

  test("on which the server talks unasked is not trusted with another request", async () => {
    const { port, sockets } = await scripted((_request, n, socket) => {
      socket.write(n === 1 ? `${OK}HTTP/1.1 408 x\r\ncontent-length: 0\r\n\r\n` : OK);
    });
    const { ask } = open(port);
    await ask();
    expect(await ask()).toBe("good answered");
    expect(sockets).toHaveLength(2);
  });

  test("carries a body in UTF-8, and a HEAD has none to wait for", async () => {
    const seen: string[] = [];
    const { port } = await scripted((request, _n, socket) => {
      seen.push(request);
      socket.write(request.startsWith("HEAD") ? OK.slice(0, -2) : OK);
    });
    const { ask } = open(port);
    expect(await ask({ method: "HEAD" })).toBe("good answered");
    expect(await ask({ method: "POST", body: "é" })).toBe("good answered");
    expect(Buffer.from(seen[1] ?? "", "latin1").toString("utf8")).toMatch(
      /content-length: 2\r\n\r\né$/,
    );
  });
});

describe("the class of an answer", () => {
  const nginx = "<html><hr><center>nginx/1.27</center></html>";
  test.each([
    [204, "", undefined],
    [301, "", "http-301"],
    [422, "", "http-422"],
    [429, nginx, "limited-429"],
    [503, nginx, "limited-503"],
    [503, '{"detail":"busy"}', "http-503"],
    [502, nginx, "http-502"],
    [504, nginx, "http-504"],
  ])("with status %i and body %j is %s", (status, body, expected) => {
    expect(classOfStatus(status, body)).toBe(expected);
  });
});
