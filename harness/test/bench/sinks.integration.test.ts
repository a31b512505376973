import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { openSession, type MqttSession } from "../../transport/mqtt/session.ts";
import { type Peer, Workshop } from "./peers.ts";
import { openPinning } from "./programs.ts";
import { Sink } from "./targets.ts";

/** A session whose acknowledgements can be awaited. */
async function sessionOn(port: number) {
  let acknowledge: ((tag: number) => void) | undefined;
  const session: MqttSession = await openSession(
    {
      host: "127.0.0.1",
      port,
      clientId: "test",
      keepAliveSec: 60,
      cleanSession: true,
      protocol: 4,
      maxInflight: 10,
      connectTimeoutMs: 5000,
    },
    { message() {}, acknowledged: (_session, tag) => acknowledge?.(tag), closed() {} },
  );
  const acknowledged = () =>
    new Promise<number>((resolve) => {
      acknowledge = resolve;
    });
  return { session, acknowledged };
}

async function httpAnswer(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write("GET /units HTTP/1.1\r\nhost: x\r\n");
  socket.write("\r\n");
  const [chunk]: unknown[] = await once(socket, "data");
  socket.destroy();
  return String(chunk);
}

async function talk(peer: Peer) {
  await using sink = await Sink.start(peer, await openPinning());
  const { session, acknowledged } = await sessionOn(sink.port);
  const granted = await session.subscribe(["a", "bc"], 1);
  session.publish(session.template("bench/0", 0, 200), 0);
  const tags: number[] = [];
  for (const qos of [1, 2] as const) {
    const done = acknowledged();
    session.publish(session.template("bench/0", qos, 64), qos);
    session.flush();
    tags.push(await done);
  }
  const http = await httpAnswer(sink.port);
  const { publishes, requests } = await sink.count();
  await session.end();
  return { granted, tags, http, publishes, requests };
}

const EXPECTED = { granted: [1, 1], tags: [1, 2], publishes: 3, requests: 1 };

describe("the null target", () => {
  test("in Node answers what a client waits for, and counts it", async () => {
    const heard = await talk({ skipped: "as if there were no compiler" });
    expect(heard).toMatchObject(EXPECTED);
    expect(heard.http).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\n\{"count":0,"units":\[\]\}$/);
  });

  test("is the same in C where it can be compiled", async () => {
    using workshop = await Workshop.open();
    const inNode = await talk({ skipped: "as if there were no compiler" });
    expect(await talk(await workshop.build("sink"))).toEqual(inNode);
  });
});
