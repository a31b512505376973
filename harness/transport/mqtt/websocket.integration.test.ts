import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { startWebSocketAedes } from "./aedes.suite.ts";
import { MqttConnectError } from "./errors.ts";
import { CONNACK } from "./fake-broker.suite.ts";
import { MALFORMED_FRAMES } from "./malformed-frames.ts";
import { describeSession, Probe, sessionOptions } from "./session.suite.ts";
import { openSession } from "./session.ts";

describeSession("aedes over WebSocket", 4, startWebSocketAedes);

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** A server that agrees to a WebSocket and answers CONNECT; the test plays the rest. */
async function serve(handleProtocols?: () => string | false) {
  const server = createServer();
  const webSockets = new WebSocketServer({
    server,
    path: "/mqtt",
    ...(handleProtocols === undefined ? {} : { handleProtocols }),
  });
  webSockets.on("connection", (peer) => peer.once("message", () => peer.send(fromHex(CONNACK))));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(async () => {
    for (const peer of webSockets.clients) peer.terminate();
    webSockets.close();
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const peer = new Promise<WebSocket>((resolve) => webSockets.once("connection", resolve));
  return { port: address.port, peer };
}

async function pair() {
  const { port, peer } = await serve();
  const probe = new Probe();
  const session = await openSession(sessionOptions(port, { websocket: {} }), probe);
  return { probe, session, peer: await peer };
}

/** Bytes as they are, past the server's own framing. */
function sendRaw(peer: WebSocket, hex: string): void {
  const { _socket: socket } = peer as unknown as { _socket: { write(bytes: Buffer): void } };
  socket.write(fromHex(hex));
}

function fromHex(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}

async function reasonOf(opening: Promise<unknown>): Promise<unknown> {
  const error = await opening.catch((e: unknown) => e);
  return error instanceof MqttConnectError ? error.reason : error;
}

describe("a WebSocket", () => {
  test("carries one packet over several messages and several in one", async () => {
    const { probe, session, peer } = await pair();
    for (const part of ["30 06", "0001 61 78", "79", "7a", "30 04 0001 62 31 30 04 0001 62 32"]) {
      peer.send(fromHex(part));
    }
    peer.send(fromHex("3004 0001"), { fin: false });
    peer.ping("are you there");
    peer.send(fromHex("62 33"), { fin: true });
    await probe.until(() => probe.received.length === 4);
    const payloads = probe.received.map(({ payload }) => payload.toString());
    expect(payloads).toEqual(["xyz", "1", "2", "3"]);
    session.destroy();
  });

  test("answers pings with what they carried", async () => {
    const { session, peer } = await pair();
    peer.ping("are you there");
    const [pong] = (await once(peer, "pong")) as [Buffer];
    expect(pong.toString()).toBe("are you there");
    session.destroy();
  });

  test("sends whole messages of every length class", async () => {
    const { session, peer } = await pair();
    for (const payloadBytes of [10, 120, 500, 70_000]) {
      const template = session.template("t", 0, payloadBytes);
      template.payload.fill(payloadBytes);
      session.publish(template, 0);
      session.flush();
      const [message] = (await once(peer, "message")) as [Buffer];
      expect(message.equals(template.frame)).toBe(true);
    }
    session.destroy();
  });

  test("ends with DISCONNECT and a close frame", async () => {
    const { probe, session, peer } = await pair();
    const messages: string[] = [];
    peer.on("message", (message: Buffer) => messages.push(message.toString("hex")));
    const closed = once(peer, "close");
    await session.end();
    expect((await closed)[0]).toBe(1000);
    expect(messages).toEqual(["e000"]);
    expect(probe.closes).toEqual([{ kind: "ended" }]);
  });

  test("tells the code a server closes it with", async () => {
    const { probe, peer } = await pair();
    const closed = once(peer, "close");
    peer.close(1011, "out of memory");
    await probe.until(() => probe.closes.length > 0);
    expect(probe.closes).toEqual([
      { kind: "server", explanation: "WebSocket code 1011 out of memory" },
    ]);
    expect((await closed)[0]).toBe(1000);
  });

  test.each(MALFORMED_FRAMES)("ends with a reason on: $name", async ({ bytes }) => {
    const { probe, peer } = await pair();
    sendRaw(peer, bytes);
    await probe.until(() => probe.closes.length > 0);
    expect(probe.closes).toMatchObject([{ kind: "malformed" }]);
  });

  test("refused by the server says how", async () => {
    const { port } = await serve();
    const options = sessionOptions(port, { websocket: { path: "/elsewhere" } });
    expect(await reasonOf(openSession(options, new Probe()))).toEqual({
      kind: "upgrade",
      answer: "HTTP/1.1 400 Bad Request",
    });
  });

  test("needs a server that speaks MQTT in it", async () => {
    const { port } = await serve(() => false);
    const options = sessionOptions(port, { websocket: {} });
    expect(await reasonOf(openSession(options, new Probe()))).toEqual({
      kind: "upgrade",
      answer: "no Sec-WebSocket-Protocol: mqtt",
    });
  });
});
