import * as fc from "fast-check";
import { generate } from "mqtt-packet";
import { describe, expect, test } from "vitest";
import { GREETING, MALFORMED } from "./malformed-corpus.ts";
import { fromHex, greeted, MAX_PACKET_BYTES, read, Recorder } from "./parse.suite.ts";
import { DEFAULT_BROKER_LIMITS } from "./broker-limits.ts";
import { PacketParser } from "./parse.ts";
import { packets } from "./packets.suite.ts";

describe.each([4, 5] as const)("protocol level %i", (protocol) => {
  const stream = fc.array(packets(protocol), { minLength: 1, maxLength: 12 });
  const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 20 });

  test("reads what mqtt-packet writes, however it is cut", () => {
    fc.assert(
      fc.property(stream, sizes, (items, chunkSizes) => {
        const bytes = Buffer.concat([
          fromHex(GREETING[protocol]),
          ...items.map(({ packet }) => generate(packet, { protocolVersion: protocol })),
        ]);
        const expected = items.map(({ event }) => event);
        const reading = read(bytes, protocol, chunkSizes);
        expect(reading.failure).toBeUndefined();
        expect(reading.events.slice(1)).toEqual(expected);
        expect(read(bytes, protocol, [1]).events.slice(1)).toEqual(expected);
      }),
    );
  });

  test("survives any bytes, and fails the same way however they are cut", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), sizes, (noise, chunkSizes) => {
        const bytes = Buffer.concat([fromHex(GREETING[protocol]), noise]);
        expect(read(bytes, protocol, chunkSizes)).toEqual(read(bytes, protocol));
      }),
      { numRuns: 2000 },
    );
  });

  test("survives good packets with one byte changed", () => {
    fc.assert(
      fc.property(stream, sizes, fc.nat(), fc.nat(255), (items, chunkSizes, where, value) => {
        const bytes = Buffer.concat([
          fromHex(GREETING[protocol]),
          ...items.map(({ packet }) => generate(packet, { protocolVersion: protocol })),
        ]);
        bytes[where % bytes.length] = value;
        expect(read(bytes, protocol, chunkSizes)).toEqual(read(bytes, protocol));
      }),
      { numRuns: 500 },
    );
  });
});

describe.each(MALFORMED.filter(({ unasked }) => unasked === undefined))(
  "$name ($protocol)",
  ({ protocol, bytes, bare }) => {
    const whole = bare === true ? fromHex(bytes) : greeted(protocol, bytes);

    test.each([[[whole.length]], [[1]], [[3]]])("fails in chunks of %j", (sizes) => {
      const { events, failure } = read(whole, protocol, sizes);
      expect(failure?.detail).toMatch(/\w/);
      expect(events).toHaveLength(bare === true ? 0 : 1);
    });
  },
);

test("a failure is final", () => {
  const recorder = new Recorder();
  const parser = new PacketParser(recorder, 4, MAX_PACKET_BYTES);
  const failure = parser.push(fromHex("00 00"), 0, 2);
  expect(parser.push(fromHex(GREETING[4]), 0, 4)).toBe(failure);
  expect(recorder.events).toEqual([]);
});

test("says what is wrong with a first byte", () => {
  expect(read(Buffer.from("HTTP/1.1"), 4).failure).toEqual({
    detail: "first byte 0x48, which no broker may send",
    code: 0x81,
  });
});

test("stops in the middle of a chunk when told to", () => {
  const recorder = new Recorder();
  const parser = new PacketParser(recorder, 4, MAX_PACKET_BYTES);
  recorder.onPingresp = () => parser.stop();
  const bytes = greeted(4, "d000 30 03 0001 61");
  expect(parser.push(bytes, 0, bytes.length)).toBeUndefined();
  expect(recorder.events).toHaveLength(1);
});

test("reads packets up to the size limit, whole or in pieces", () => {
  const payload = Buffer.alloc(MAX_PACKET_BYTES - 7, 7);
  const packet = generate({
    cmd: "publish",
    topic: "a",
    qos: 0,
    dup: false,
    retain: false,
    payload,
  });
  expect(packet.length).toBe(MAX_PACKET_BYTES);
  const bytes = Buffer.concat([fromHex(GREETING[4]), packet, packet, fromHex("d000")]);
  for (const sizes of [[bytes.length], [1000], [65_536]]) {
    const { events, failure } = read(bytes, 4, sizes);
    expect(failure).toBeUndefined();
    expect(events).toHaveLength(4);
    expect(events[1]).toMatchObject({ payload: payload.toString("hex") });
  }
});

test("gives a topic the same string each time", () => {
  const topics: string[] = [];
  const recorder = new Recorder();
  recorder.onPublish = (name) => void topics.push(name);
  const bytes = greeted(4, "30 03 0001 61".repeat(2));
  new PacketParser(recorder, 4, MAX_PACKET_BYTES).push(bytes, 0, bytes.length);
  expect(topics).toEqual(["a", "a"]);
});

describe("CONNACK", () => {
  test("in 3.1.1 leaves every limit at its default", () => {
    expect(read(fromHex("20 02 01 00"), 4).events).toEqual([
      { cmd: "connack", sessionPresent: true, code: 0, limits: DEFAULT_BROKER_LIMITS },
    ]);
  });

  test("in MQTT 5 states the broker's limits", () => {
    const properties = {
      receiveMaximum: 20,
      maximumQoS: 1,
      maximumPacketSize: 262_144,
      serverKeepAlive: 30,
      assignedClientIdentifier: "auto-1",
      topicAliasMaximum: 10,
      reasonString: "welcome",
      userProperties: { a: "b" },
      retainAvailable: false,
    };
    const bytes = generate(
      { cmd: "connack", sessionPresent: false, reasonCode: 0, properties },
      { protocolVersion: 5 },
    );
    expect(read(bytes, 5, [2]).events).toEqual([
      {
        cmd: "connack",
        sessionPresent: false,
        code: 0,
        limits: {
          receiveMaximum: 20,
          maximumQos: 1,
          maximumPacketBytes: 262_144,
          serverKeepAliveSec: 30,
          assignedClientId: "auto-1",
          sessionExpirySec: undefined,
          retainAvailable: false,
          explanation: "welcome",
        },
      },
    ]);
  });

  test("of a 3.1.1 broker that knows no MQTT 5 still says its code", () => {
    expect(read(fromHex("20 02 00 01"), 5).events).toMatchObject([{ code: 1 }]);
  });
});

test("DISCONNECT says why, in every length MQTT 5 allows", () => {
  const codes = ["e0 00", "e0 01 8e", "e0 02 8e 00", "e0 06 8e 04 1f 0001 61"].map(
    (hex) => read(greeted(5, hex), 5).events[1],
  );
  expect(codes).toEqual([
    { cmd: "disconnect", code: 0, explanation: undefined },
    { cmd: "disconnect", code: 0x8e, explanation: undefined },
    { cmd: "disconnect", code: 0x8e, explanation: undefined },
    { cmd: "disconnect", code: 0x8e, explanation: "a" },
  ]);
});
