import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../load/clock.ts";
import { startAedes } from "../transport/mqtt/aedes.suite.ts";
import { NO_TOPOLOGY } from "./topic-place.ts";
import { readRecording } from "./read-recording.ts";
import { record } from "./record.ts";
import type { RecordingLine } from "./recording-lines.ts";

const SESSION = {
  protocol: 4,
  host: "127.0.0.1",
  keepAliveSec: 60,
  maxInflight: 1,
  connectTimeoutMs: 5000,
} as const;

test("what passes a broker is recorded, across a cut, and nothing of what it says", async () => {
  const broker = await startAedes();
  onTestFinished(() => broker.stop());
  const folder = await mkdtemp(join(tmpdir(), "loadstone-record-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const out = join(folder, "a.ndjson");
  const stop = new AbortController();
  const target = {
    name: "mqtt://test",
    session: { ...SESSION, port: broker.port },
    filters: ["plant/#"],
    topology: NO_TOPOLOGY,
    ownUnits: new Set<string>(),
  };
  const publish = (topic: string) => {
    const payload = Buffer.from("secret");
    const packet = { cmd: "publish", topic, payload, qos: 1, retain: false, dup: false } as const;
    broker.aedes.publish(packet, () => undefined);
  };
  const heard = async (topic: string) => {
    const acked = once(broker.aedes, "ack");
    publish(topic);
    await acked;
  };
  const subscribed = () => once(broker.aedes, "subscribe");
  const first = subscribed();
  const recording = record(
    {
      target,
      out,
      rotateBytes: 1e6,
      qos: 1,
      names: false,
      payloads: false,
      clientId: "recorder",
      clock: systemClock,
      random: () => 1,
      say: () => undefined,
    },
    stop.signal,
  );
  await first;
  await heard("plant/unit-1/temp");
  publish("elsewhere/unit-1/temp");
  const second = subscribed();
  broker.cut();
  await second;
  await heard("plant/unit-2/temp");
  stop.abort();
  const outcome = await recording;
  expect(outcome.topics).toBeGreaterThanOrEqual(1);
  const counts = { parts: 0, lines: 0, torn: 0 };
  const lines: RecordingLine[] = [];
  for await (const line of readRecording(out, counts)) lines.push(line);
  const events = lines.flatMap((line) => ("event" in line ? [line.event] : []));
  expect(events).toEqual(["open", "closed", "open", "closed", "end"]);
  const text = await readFile(out, "utf8");
  expect(text).not.toMatch(/plant|unit-|temp|secret/);
  expect(lines.filter((line) => "t" in line && "b" in line)).toMatchObject([{ b: 6 }, { b: 6 }]);
});
