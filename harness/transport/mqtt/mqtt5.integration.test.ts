import { afterEach, describe, expect, test } from "vitest";
import { startFakeBroker } from "./fake-broker.suite.ts";
import type { MessageFacts } from "./incoming-message.ts";
import { GREETING, MALFORMED, type MalformedCase } from "./malformed-corpus.ts";
import type { PublishProperties } from "./publish-properties.ts";
import { Probe, sessionOptions } from "./session.suite.ts";
import { type MqttSession, openSession, type SessionOptions } from "./session.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** A probe that keeps the facts of each message too, which are lent for the call only. */
class FactsProbe extends Probe {
  readonly facts: { qos: number; retained: boolean; repeated: boolean }[] = [];
  readonly properties: PublishProperties[] = [];
  override message(
    session: MqttSession,
    topic: string,
    buffer: Buffer,
    start: number,
    end: number,
    facts?: MessageFacts,
  ): void {
    if (facts === undefined) throw new Error("a message without facts");
    const { qos, retained, repeated } = facts;
    this.facts.push({ qos, retained, repeated });
    this.properties.push(facts.properties());
    super.message(session, topic, buffer, start, end);
  }
}

async function pair(more: Partial<SessionOptions> = {}, greeting: string = GREETING[5]) {
  const protocol = more.protocol ?? 5;
  const broker = await startFakeBroker(greeting, protocol);
  stops.push(() => broker.stop());
  const probe = new FactsProbe();
  const session = await openSession(sessionOptions(broker.port, { protocol, ...more }), probe);
  return { probe, session, client: await broker.client() };
}

const PROPERTIES: PublishProperties = {
  payloadIsText: true,
  messageExpirySec: 60,
  contentType: "text/plain",
  responseTopic: "answers/here",
  correlationData: Buffer.from([1, 2, 3]),
  userProperties: [
    ["unit", "1"],
    ["unit", "2"],
  ],
};

describe("properties", () => {
  test("of a publish reach the broker", async () => {
    const { session, client } = await pair();
    const template = session.template("t", 1, 2, { retain: true, properties: PROPERTIES });
    template.payload.write("ok");
    session.publish(template, 0);
    session.flush();
    expect(await client.packet("publish")).toMatchObject({
      topic: "t",
      messageId: 1,
      retain: true,
      payload: Buffer.from("ok"),
      properties: {
        payloadFormatIndicator: true,
        messageExpiryInterval: 60,
        contentType: "text/plain",
        responseTopic: "answers/here",
        correlationData: Buffer.from([1, 2, 3]),
        userProperties: { unit: ["1", "2"] },
      },
    });
    session.destroy();
  });

  test("of a message are there for whoever asks", async () => {
    const { session: writer, client: reader } = await pair();
    const template = writer.template("t", 1, 1, { properties: PROPERTIES });
    writer.publish(template, 0);
    writer.flush();
    await reader.packet("publish");
    const { probe, session, client } = await pair();
    // With a subscription id, 0x0b 0x05, which only a broker sends.
    client.send("3d 08 0001 74 0001 02 0b05");
    client.socket.write(template.frame);
    client.send("30 04 0001 74 00");
    await probe.until(() => probe.received.length === 3);
    expect(probe.properties).toEqual([{ subscriptionIds: [5] }, PROPERTIES, {}]);
    expect(probe.facts).toEqual([
      { qos: 2, retained: true, repeated: true },
      { qos: 1, retained: false, repeated: false },
      { qos: 0, retained: false, repeated: false },
    ]);
    session.destroy();
    writer.destroy();
  });

  test("of a will and of CONNECT reach the broker", async () => {
    const { session, client } = await pair({
      topicAliasMaximum: 9,
      userProperties: [["run", "7"]],
      will: {
        topic: "gone",
        payload: Buffer.from("x"),
        qos: 1,
        delaySec: 5,
        properties: { contentType: "text/plain" },
      },
    });
    expect(await client.packet("connect")).toMatchObject({
      properties: { topicAliasMaximum: 9, userProperties: { run: "7" } },
      will: { properties: { willDelayInterval: 5, contentType: "text/plain" } },
    });
    session.destroy();
  });
});

describe("a topic alias", () => {
  test("stands for the topic it was set to, and can be set anew", async () => {
    const { probe, session, client } = await pair({ topicAliasMaximum: 2 });
    client.send("30 07 0001 61 03 230001 30 06 0000 03 230001");
    client.send("30 07 0001 62 03 230002 30 07 0001 63 03 230001 30 06 0000 03 230001");
    await probe.until(() => probe.received.length === 5);
    expect(probe.received.map(({ topic }) => topic)).toEqual(["a", "a", "b", "c", "c"]);
    session.destroy();
  });

  test.each([
    ["30 06 0000 03 230001", "PUBLISH with topic alias 1, not yet set", 0x82],
    ["30 07 0001 61 03 230003", "PUBLISH with topic alias 3, not offered", 0x94],
  ])("must be one we know: %s", async (bytes, detail, reasonCode) => {
    const { probe, client } = await pair({ topicAliasMaximum: 2 });
    client.send(bytes);
    await probe.until(() => probe.closes.length > 0);
    expect(probe.closes).toEqual([{ kind: "malformed", detail }]);
    expect(await client.packet("disconnect")).toMatchObject({ reasonCode });
  });
});

describe("the broker's word", () => {
  test("is kept on what it assigns and what it does not take", async () => {
    // Assigned client id "me", session expiry 9, no retained messages.
    const greeting = "20 0f 0000 0c 12 0002 6d65 11 00000009 25 00";
    const { session } = await pair({ clientId: "" }, greeting);
    expect(session.clientId).toBe("me");
    expect(session.limits.sessionExpirySec).toBe(9);
    expect(() => session.template("t", 0, 0, { retain: true })).toThrow(/retains no messages/);
    session.destroy();
  });

  test("is passed on when it says why it ends a session", async () => {
    const { probe, client } = await pair();
    client.send("e0 08 8b 06 1f 0003 627965");
    await probe.until(() => probe.closes.length > 0);
    expect(probe.closes).toEqual([{ kind: "server", code: 0x8b, explanation: "bye" }]);
  });

  test("is not believed when it keeps a session it was to drop", async () => {
    const opening = pair({ cleanSession: true }, "20 03 0100 00");
    await expect(opening).rejects.toThrow("a session we asked it to drop");
  });
});

const publishes = (qos: 1 | 2, count: number): string =>
  Array.from({ length: count }, (_, i) => {
    const id = (i + 1).toString(16).padStart(4, "0");
    return `3${qos * 2} 06 0001 61 ${id} 00`;
  }).join(" ");

describe("flow control", () => {
  test.each([1, 2] as const)("lets the broker fill our window at QoS %i", async (qos) => {
    const { probe, session, client } = await pair({ receiveMaximum: 5 });
    for (let round = 1; round <= 3; round++) {
      client.send(publishes(qos, 5));
      if (qos === 1) await client.packet("puback", 5 * round);
      else {
        await client.packet("pubrec", 5 * round);
        client.send("62020001 62020002 62020003 62020004 62020005");
        await client.packet("pubcomp", 5 * round);
      }
    }
    expect(probe.received).toHaveLength(15);
    expect(probe.closes).toEqual([]);
    session.destroy();
  });

  test.each([1, 2] as const)("ends a session that is sent too much at QoS %i", async (qos) => {
    const { probe, client } = await pair({ receiveMaximum: 5 });
    client.send(publishes(qos, 6));
    await probe.until(() => probe.closes.length > 0);
    expect(probe.received).toHaveLength(5);
    expect(probe.closes).toMatchObject([{ kind: "malformed" }]);
    expect(await client.packet("disconnect")).toMatchObject({ reasonCode: 0x93 });
  });
});

describe("a goodbye", () => {
  test("may ask for the will and for another session expiry", async () => {
    const { session, client } = await pair();
    client.socket.on("end", () => client.socket.end());
    await session.end({ code: 0x04, sessionExpirySec: 7 });
    expect(await client.packet("disconnect")).toMatchObject({
      reasonCode: 4,
      properties: { sessionExpiryInterval: 7 },
    });
  });

  test("says nothing more in 3.1.1, which has no words for it", async () => {
    const { session, client } = await pair({ protocol: 4 }, GREETING[4]);
    client.socket.on("end", () => client.socket.end());
    await session.end({ code: 0x04 });
    expect(await client.packet("disconnect")).toMatchObject({ length: 0 });
  });
});

const greeting = ({ protocol, bytes, bare }: MalformedCase): string =>
  bare === true ? bytes : GREETING[protocol];

describe("a malformed packet", () => {
  test.each(MALFORMED.filter(({ bare }) => bare === true))(
    "ends the attempt with a reason: $name ($protocol)",
    async (each) => {
      await expect(pair({ protocol: each.protocol }, greeting(each))).rejects.toMatchObject({
        reason: { kind: "malformed", detail: expect.stringMatching(/\w{3}/) as unknown },
      });
    },
  );

  test.each(MALFORMED.filter(({ bare }) => bare === undefined))(
    "ends the session with a reason: $name ($protocol)",
    async (each) => {
      const { probe, client } = await pair({ protocol: each.protocol }, greeting(each));
      client.send(each.bytes);
      await probe.until(() => probe.closes.length > 0);
      expect(probe.closes).toEqual([
        { kind: "malformed", detail: expect.stringMatching(/\w{3}/) as unknown },
      ]);
    },
  );

  test.each(MALFORMED.filter(({ bare, protocol }) => bare === undefined && protocol === 5))(
    "is named to the broker: $name",
    async (each) => {
      const { client } = await pair({}, greeting(each));
      client.send(each.bytes);
      const { reasonCode } = await client.packet("disconnect");
      expect(reasonCode).toBeGreaterThanOrEqual(0x81);
    },
  );
});
