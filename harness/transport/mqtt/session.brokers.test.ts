import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MqttConnectError } from "./errors.ts";
import { startMosquitto, startWebSocketMosquitto } from "./mosquitto.suite.ts";
import { describeResume } from "./resume.suite.ts";
import { describeSession, Probe, sessionOptions, type TestBroker } from "./session.suite.ts";
import { openSession } from "./session.ts";

describe("mosquitto", () => {
  describeSession("mosquitto", 4, () => startMosquitto());
  describeSession("mosquitto", 5, () => startMosquitto());

  describe("refusing", () => {
    let broker: TestBroker;
    beforeAll(async () => {
      broker = await startMosquitto(async () => ["allow_anonymous false"]);
    });
    afterAll(() => broker.stop());

    test.each([
      [4, 5],
      [5, 0x87],
    ] as const)("at level %i gives code %i", async (protocol, code) => {
      const opening = openSession(sessionOptions(broker.port, { protocol }), new Probe());
      await expect(opening).rejects.toBeInstanceOf(MqttConnectError);
      await expect(opening).rejects.toMatchObject({ reason: { kind: "refused", code } });
    });
  });

  describe("limiting", () => {
    let broker: TestBroker;
    beforeAll(async () => {
      broker = await startMosquitto(async (directory) => {
        const file = join(directory, "acl");
        await writeFile(file, "topic read allowed/#\ntopic write allowed/#\n");
        return ["allow_anonymous true", "max_keepalive 30", `acl_file ${file}`];
      });
    });
    afterAll(() => broker.stop());

    test("tells an MQTT 5 session of a denied publish and of its own keepalive", async () => {
      const probe = new Probe();
      const options = sessionOptions(broker.port, { protocol: 5, keepAliveSec: 600 });
      const session = await openSession(options, probe);
      expect(session.limits.serverKeepAliveSec).toBe(30);
      await session.subscribe(["allowed/t"], 1);
      session.publish(session.template("denied", 1, 0), 1);
      session.publish(session.template("allowed/t", 1, 0), 2);
      session.flush();
      await probe.until(() => probe.acknowledgements.length === 2);
      expect(probe.acknowledgements).toEqual([
        { tag: 1, code: 0x87 },
        { tag: 2, code: 0 },
      ]);
      await session.end();
    });
  });

  describeResume("mosquitto", 4, [1, 2], () => startMosquitto());
  describeResume("mosquitto", 5, [1, 2], () => startMosquitto());

  describeSession("mosquitto over WebSocket", 4, startWebSocketMosquitto);
  describeSession("mosquitto over WebSocket", 5, startWebSocketMosquitto);
});
