import { afterEach, describe, expect, test } from "vitest";
import { CONNACK, PINGRESP, startFakeBroker } from "./fake-broker.suite.ts";
import { openSession } from "./session.ts";
import { Probe, sessionOptions } from "./session.suite.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function pair(keepAliveSec: number) {
  const broker = await startFakeBroker(CONNACK);
  stops.push(() => broker.stop());
  const probe = new Probe();
  const session = await openSession(sessionOptions(broker.port, { keepAliveSec }), probe);
  return { probe, session, client: await broker.client() };
}

/** PUBLISH of QoS 0 on topic "a". */
const PUBLISH = "30 04 0001 61 78";

describe("a session that does not read", () => {
  test("gets what came meanwhile when it reads again, and does not take it for silence", async () => {
    const { probe, session, client } = await pair(1);
    session.pauseReads();
    client.send(PUBLISH);
    // Pings go on unanswered for longer than a session that reads would bear.
    await client.packet("pingreq", 3);
    expect(probe.received).toHaveLength(0);
    expect(probe.closes).toEqual([]);
    session.resumeReads();
    client.send(PINGRESP);
    await probe.until(() => probe.received.length > 0);
    expect(probe.received).toHaveLength(1);
    await session.end();
  });
});

describe("a frozen session", () => {
  test("says and hears nothing any more, and learns of its end when it listens for it", async () => {
    const { probe, session, client } = await pair(1);
    const template = session.template("a", 0, 4);
    session.freeze();
    expect(session.publish(template, 1)).toBe("closed");
    client.send(PUBLISH);
    await new Promise<void>((resolve) => {
      client.socket.end(resolve);
    });
    // CONNECT alone: not even a ping.
    expect(client.packets).toHaveLength(1);
    expect(probe.closes).toEqual([]);
    session.listenForEnd();
    await probe.until(() => probe.closes.length > 0);
    expect(probe.closes).toEqual([{ kind: "server" }]);
    expect(probe.received).toHaveLength(0);
  });

  test("may still be dropped", async () => {
    const { probe, session } = await pair(60);
    session.freeze();
    session.destroy();
    expect(probe.closes).toEqual([{ kind: "ended" }]);
  });
});
