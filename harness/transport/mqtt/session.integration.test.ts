import { afterEach, describe, expect, test } from "vitest";
import { startAedes } from "./aedes.suite.ts";
import { MqttClosedError, MqttConnectError } from "./errors.ts";
import {
  CONNACK,
  CONNACK_SESSION_PRESENT,
  type FakeBroker,
  PINGRESP,
  startFakeBroker,
} from "./fake-broker.suite.ts";
import { openSession, type SessionOptions } from "./session.ts";
import { describeSession, Probe, sessionOptions, type TestBroker } from "./session.suite.ts";
import { Workspace } from "./workspace.ts";

describeSession("aedes", 4, startAedes);

const PUBLISH_QOS_1 = Buffer.from("32050001610007", "hex");

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function fakeBroker(greeting = CONNACK, protocol: 4 | 5 = 4): Promise<FakeBroker> {
  const broker = await startFakeBroker(greeting, protocol);
  stops.push(() => broker.stop());
  return broker;
}

async function openOn(broker: TestBroker, more: Partial<SessionOptions> = {}) {
  const probe = new Probe();
  const session = await openSession(sessionOptions(broker.port, more), probe);
  return { probe, session };
}

/** A session on a fake broker, with the broker's end of it. */
async function pair(
  more: Partial<SessionOptions> = {},
  greeting = CONNACK,
): Promise<
  Awaited<ReturnType<typeof openOn>> & { client: Awaited<ReturnType<FakeBroker["client"]>> }
> {
  const broker = await fakeBroker(greeting, more.protocol ?? 4);
  const opened = await openOn(broker, more);
  return { ...opened, client: await broker.client() };
}

async function reasonOf(opening: Promise<unknown>): Promise<unknown> {
  const error = await opening.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(MqttConnectError);
  return error instanceof MqttConnectError ? error.reason : undefined;
}

describe("connecting", () => {
  test("to a port nobody listens on is told as refused by the system", async () => {
    const broker = await startFakeBroker(CONNACK);
    await broker.stop();
    const opening = openSession(sessionOptions(broker.port), new Probe());
    expect(await reasonOf(opening)).toEqual({ kind: "socket", errno: "ECONNREFUSED" });
  });

  test("to a server that says nothing times out", async () => {
    const broker = await fakeBroker("");
    const probe = new Probe();
    const options = sessionOptions(broker.port, { connectTimeoutMs: 50 });
    const opening = openSession(options, probe);
    expect(await reasonOf(opening)).toEqual({ kind: "timeout", afterMs: 50 });
    expect(probe.closes).toEqual([]);
  });

  test.each([
    ["20 02 00 05", 4, { kind: "refused", code: 5 }],
    ["20 03 00 86 00", 5, { kind: "refused", code: 0x86 }],
    ["20 02 00 01", 5, { kind: "refused", code: 1 }],
    ["48 54 54 50", 4, { kind: "malformed", detail: "first byte 0x48, which no broker may send" }],
    ["30 03 0001 61", 4, { kind: "malformed", detail: "packet type 3 before CONNACK" }],
  ] as const)("and hearing %s (level %i) gives %j", async (greeting, protocol, reason) => {
    const broker = await fakeBroker(greeting, protocol);
    const opening = openSession(sessionOptions(broker.port, { protocol }), new Probe());
    expect(await reasonOf(opening)).toEqual(reason);
  });

  test("to a broker that hangs up gives the server as the reason", async () => {
    const broker = await fakeBroker("");
    const opening = openSession(sessionOptions(broker.port), new Probe());
    const client = await broker.client();
    client.socket.end();
    expect(await reasonOf(opening)).toEqual({ kind: "server" });
  });

  test("stops when the signal fires, before or during", async () => {
    const broker = await fakeBroker("");
    const options = sessionOptions(broker.port);
    const before = openSession(options, new Probe(), AbortSignal.abort());
    expect(await reasonOf(before)).toEqual({ kind: "aborted" });
    const controller = new AbortController();
    const during = openSession(options, new Probe(), controller.signal);
    controller.abort();
    expect(await reasonOf(during)).toEqual({ kind: "aborted" });
  });

  test("the signal has no part in the session once it is open", async () => {
    const controller = new AbortController();
    const broker = await fakeBroker();
    const probe = new Probe();
    const session = await openSession(sessionOptions(broker.port), probe, controller.signal);
    controller.abort();
    expect(probe.closes).toEqual([]);
    session.destroy();
  });

  test("leaves from the local address it is told to", async () => {
    const { session, client } = await pair({ localAddress: "127.0.0.2" });
    expect(client.socket.remoteAddress).toBe("127.0.0.2");
    session.destroy();
  });

  test("sends its credentials", async () => {
    const { session, client } = await pair({ username: "jwt", password: "", keepAliveSec: 33 });
    const connect = await client.packet("connect");
    expect(connect).toMatchObject({ username: "jwt", password: Buffer.alloc(0), keepalive: 33 });
    session.destroy();
  });
});

describe("a broken connection", () => {
  test("in the middle of a stream is told once, and the caller can connect anew", async () => {
    const broker = await startAedes();
    const { probe, session } = await openOn(broker, { maxInflight: 5 });
    const template = session.template("t", 1, 10);
    while (session.publish(template, session.inFlight) === "sent") continue;
    session.flush();
    await broker.stop();
    await probe.until(() => probe.closes.length > 0);
    expect(["server", "socket"]).toContain(probe.closes[0]?.kind);
    expect(session.publish(template, 1)).toBe("closed");
    session.flush();
    session.destroy();
    await session.end();
    expect(probe.closes).toHaveLength(1);

    const again = await startAedes();
    stops.push(() => again.stop());
    const second = await openOn(again);
    expect(await second.session.subscribe(["t"], 0)).toEqual([0]);
    await second.session.end();
  });

  test("tells which publishes were never confirmed", async () => {
    const { probe, session, client } = await pair();
    const template = session.template("t", 1, 0);
    for (const tag of [10, 11, 12]) session.publish(template, tag);
    session.flush();
    await client.packet("publish", 3);
    client.send("40 02 0002");
    await probe.until(() => probe.acknowledgements.length === 1);
    client.socket.destroy();
    await probe.until(() => probe.closes.length > 0);
    expect(probe.acknowledgements).toEqual([{ tag: 11, code: 0 }]);
    expect(session.unconfirmedTags()).toEqual([10, 12]);
  });

  test("fails the subscriptions still waiting", async () => {
    const { session, client } = await pair();
    const subscribing = session.subscribe(["t"], 0);
    await client.packet("subscribe");
    client.socket.destroy();
    await expect(subscribing).rejects.toBeInstanceOf(MqttClosedError);
    await expect(session.subscribe(["t"], 0)).rejects.toBeInstanceOf(MqttClosedError);
  });

  test("by a reset names the error", async () => {
    const { probe, client } = await pair();
    client.socket.resetAndDestroy();
    await probe.until(() => probe.closes.length > 0);
    expect(probe.closes).toEqual([{ kind: "socket", errno: "ECONNRESET" }]);
  });

  test.each([
    ["20 02 0000", "second CONNACK"],
    ["90 03 0007 00", "SUBACK or UNSUBACK 7 fits no request"],
  ])("by the broker's breach %s is told as malformed", async (bytes, detail) => {
    const { probe, client } = await pair();
    client.send(bytes);
    await probe.until(() => probe.closes.length > 0);
    expect(probe.closes).toEqual([{ kind: "malformed", detail }]);
  });

  test("from within a message is possible", async () => {
    const { probe, session, client } = await pair();
    const message = probe.message.bind(probe);
    probe.message = (...args) => {
      message(...args);
      session.destroy();
    };
    client.send("30 03 0001 61 30 03 0001 61");
    await probe.until(() => probe.closes.length > 0);
    expect(probe.received).toHaveLength(1);
    expect(probe.closes).toEqual([{ kind: "ended" }]);
  });
});

describe("the keepalive", () => {
  test("pings while idle, and the session lives as long as it is answered", async () => {
    const { probe, session, client } = await pair({ keepAliveSec: 1 });
    for (let pings = 1; pings <= 3; pings++) {
      await client.packet("pingreq", pings);
      client.send(PINGRESP);
    }
    expect(probe.closes).toEqual([]);
    session.destroy();
  });

  test("ends a session whose broker fell silent", async () => {
    const { probe, client } = await pair({ keepAliveSec: 1 });
    await probe.until(() => probe.closes.length > 0);
    expect(probe.closes).toEqual([{ kind: "keepalive" }]);
    expect(client.packets.filter(({ cmd }) => cmd === "pingreq")).toHaveLength(1);
  });

  test("is the broker's if MQTT 5 says so", async () => {
    const { session, client } = await pair(
      { protocol: 5, keepAliveSec: 600 },
      "20 06 0000 03 13 0001",
    );
    expect(await client.packet("pingreq")).toMatchObject({ cmd: "pingreq" });
    session.destroy();
  });
});

describe("a broker that reads no more", () => {
  test("blocks the publisher, and every byte arrives once it reads on", async () => {
    const { session, client } = await pair();
    client.socket.pause();
    const template = session.template("t", 0, 1000);
    let sent = 0;
    for (;;) {
      template.payload.writeUInt32BE(sent);
      const outcome = session.publish(template, 0);
      if (outcome === "blocked") break;
      sent++;
      // The kernel moves bytes between the two ends only while we let it.
      if (sent % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(session.writableBlocked).toBe(true);
    client.socket.resume();
    await client.packet("publish", sent);
    const numbers = client.packets.flatMap((p) =>
      p.cmd === "publish" && Buffer.isBuffer(p.payload) ? [p.payload.readUInt32BE()] : [],
    );
    expect(numbers).toEqual(Array.from({ length: sent }, (_, i) => i));
    while (session.writableBlocked) await new Promise((resolve) => setImmediate(resolve));
    expect(session.blockedMs).toBeGreaterThan(0);
    expect(session.publish(template, 0)).toBe("sent");
    session.destroy();
  });
});

describe("a broker that sends but does not read", () => {
  test("is read no more until it does, so that what we owe it stays bounded", async () => {
    const broker = await fakeBroker();
    let received = 0;
    const listener = { message: () => void received++, acknowledged() {}, closed() {} };
    const session = await openSession(sessionOptions(broker.port), listener);
    const client = await broker.client();
    client.socket.removeAllListeners("data");
    client.socket.pause();
    const batch = Buffer.concat(Array.from({ length: 10_000 }, () => PUBLISH_QOS_1));
    let sent = 0;
    // Only a session that stopped reading lets more than the kernel holds pile up here.
    while (client.socket.writableLength < 3_000_000) {
      client.socket.write(batch);
      sent += 10_000;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(received).toBeLessThan(sent);
    expect(session.writableBlocked).toBe(true);
    const owed = 4 * sent;
    await new Promise<void>((resolve) => {
      let bytes = 0;
      client.socket.on("data", (chunk) => {
        bytes += chunk.length;
        if (bytes === owed) resolve();
      });
      client.socket.resume();
    });
    expect(received).toBe(sent);
    expect(session.writableBlocked).toBe(false);
    expect(session.blockedMs).toBeGreaterThan(0);
    session.destroy();
  });
});

describe("received messages", () => {
  test("are acknowledged, those of one read in one write", async () => {
    const { probe, session, client } = await pair();
    const writes: number[] = [];
    client.socket.on("data", (chunk) => writes.push(chunk.length));
    const publishes = Array.from({ length: 50 }, (_, i) => {
      const id = (i + 1).toString(16).padStart(4, "0");
      return `32 05 0001 61 ${id}`;
    });
    client.send(publishes.join(" "));
    await client.packet("puback", 50);
    expect(writes).toEqual([200]);
    expect(probe.received).toHaveLength(50);
    session.destroy();
  });

  test("wait for the collect time if there is one", async () => {
    const workspace = new Workspace({ collectMs: 5 });
    const { probe, session, client } = await pair({ workspace });
    client.send("32 05 0001 61 0001");
    await probe.until(() => probe.received.length === 1);
    expect(client.packets.map(({ cmd }) => cmd)).toEqual(["connect"]);
    await client.packet("puback");
    session.destroy();
  });

  test("of QoS 2 are told once, however often the broker repeats them", async () => {
    const { probe, session, client } = await pair();
    client.send("34 05 0001 61 0009 3c 05 0001 61 0009");
    await client.packet("pubrec", 2);
    client.send("62 02 0009");
    expect(await client.packet("pubcomp")).toMatchObject({ messageId: 9 });
    client.send("34 05 0001 61 0009");
    await client.packet("pubrec", 3);
    expect(probe.received).toHaveLength(2);
    session.destroy();
  });
});

describe("a QoS 2 publish", () => {
  test("goes through all four steps, and a repeated PUBREC repeats PUBREL", async () => {
    const { probe, session, client } = await pair();
    session.publish(session.template("t", 2, 0), 5);
    session.flush();
    expect(await client.packet("publish")).toMatchObject({ messageId: 1, qos: 2 });
    client.send("50 02 0001");
    await client.packet("pubrel");
    client.send("50 02 0001");
    await client.packet("pubrel", 2);
    expect(session.inFlight).toBe(1);
    client.send("70 02 0001 70 02 0001");
    await probe.until(() => probe.acknowledgements.length > 0);
    expect(probe.acknowledgements).toEqual([{ tag: 5, code: 0 }]);
    expect(session.inFlight).toBe(0);
    session.destroy();
  });

  test("is taken up again after a reconnect", async () => {
    const broker = await fakeBroker(CONNACK_SESSION_PRESENT);
    const persistent = { clientId: "resume", cleanSession: false };
    const first = await openOn(broker, persistent);
    const firstClient = await broker.client();
    const template = first.session.template("t", 2, 1);
    first.session.publish(template, 1);
    first.session.publish(template, 2);
    first.session.flush();
    await firstClient.packet("publish", 2);
    firstClient.send("50 02 0001");
    await firstClient.packet("pubrel");
    firstClient.socket.destroy();
    await first.probe.until(() => first.probe.closes.length > 0);

    const second = await openOn(broker, { ...persistent, resume: first.session.state });
    const client = await broker.client();
    second.session.flush();
    expect(await client.packet("pubrel")).toMatchObject({ messageId: 1 });
    expect(second.session.resend(template, 2)).toBe("sent");
    second.session.flush();
    expect(await client.packet("publish")).toMatchObject({ messageId: 2, dup: true });
    client.send("70 02 0001 50 02 0002 70 02 0002");
    await second.probe.until(() => second.probe.acknowledgements.length === 2);
    expect(second.probe.acknowledgements.map(({ tag }) => tag)).toEqual([1, 2]);
    second.session.destroy();
  });
});

describe("MQTT 5", () => {
  const greeting = "20 0d 0000 0a 21 0003 27 00000040 24 01";

  test("keeps to what the broker takes", async () => {
    const { session } = await pair({ protocol: 5 }, greeting);
    expect(() => session.template("t", 2, 0)).toThrow(/QoS 1 at most/);
    expect(() => session.template("t", 0, 60)).toThrow(/64 bytes at most/);
    const template = session.template("t", 1, 0);
    const outcomes = [1, 2, 3, 4].map((tag) => session.publish(template, tag));
    expect(outcomes).toEqual(["sent", "sent", "sent", "window-full"]);
    session.destroy();
  });

  test("tells a refused publish by its code", async () => {
    const { probe, session, client } = await pair({ protocol: 5 }, "20 03 0000 00");
    session.publish(session.template("t", 1, 0), 1);
    session.publish(session.template("t", 2, 0), 2);
    session.publish(session.template("t", 1, 0), 3);
    session.flush();
    client.send("40 03 0001 87 50 03 0002 97 40 03 0003 10");
    await probe.until(() => probe.acknowledgements.length === 3);
    expect(probe.acknowledgements).toEqual([
      { tag: 1, code: 0x87 },
      { tag: 2, code: 0x97 },
      { tag: 3, code: 0 },
    ]);
    session.destroy();
  });

  test("says so when the broker names a packet id nobody knows", async () => {
    const { session, client } = await pair({ protocol: 5 }, "20 03 0000 00");
    client.send("50 02 0007 62 02 0008");
    expect(await client.packet("pubrel")).toMatchObject({ messageId: 7, reasonCode: 0x92 });
    expect(await client.packet("pubcomp")).toMatchObject({ messageId: 8, reasonCode: 0x92 });
    session.destroy();
  });

  test("tells why the broker disconnected", async () => {
    const { probe, client } = await pair({ protocol: 5 }, "20 03 0000 00");
    client.send("e0 01 8e");
    await probe.until(() => probe.closes.length > 0);
    expect(probe.closes).toEqual([{ kind: "server", code: 0x8e }]);
  });

  test("announces what it takes itself", async () => {
    const { session, client } = await pair(
      { protocol: 5, cleanSession: false, receiveMaximum: 12, maxPacketBytes: 5000 },
      "20 03 0000 00",
    );
    expect(await client.packet("connect")).toMatchObject({
      clean: false,
      properties: { sessionExpiryInterval: 3600, receiveMaximum: 12, maximumPacketSize: 5000 },
    });
    session.destroy();
  });
});

describe("ending", () => {
  test("sends what is pending, then DISCONNECT, then closes", async () => {
    const { probe, session, client } = await pair();
    session.publish(session.template("t", 0, 0), 0);
    const ending = session.end();
    client.socket.on("end", () => client.socket.end());
    await ending;
    await client.packet("disconnect");
    expect(client.packets.map(({ cmd }) => cmd)).toEqual(["connect", "publish", "disconnect"]);
    expect(probe.closes).toEqual([{ kind: "ended" }]);
  });

  test("does not wait for ever for a broker that never closes", async () => {
    const { probe, session } = await pair();
    await session.end();
    expect(probe.closes).toEqual([{ kind: "ended" }]);
  });
});
