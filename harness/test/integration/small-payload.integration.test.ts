import { afterEach, expect, test } from "vitest";
import { ENVELOPE_BYTES } from "../../transport/envelope.ts";
import { loadScenario, SCENARIO_DIRECTORY } from "../../scenario/load.ts";
import { endsOf, runFixed } from "../fixed-run.ts";
import { startAedes } from "../../transport/mqtt/aedes.suite.ts";

const PAYLOAD_BYTES = 5;
/** Of messages of 5 bytes: bytes grow by a tenth. */
const EVERY = 60;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A broker that delivers a topic's messages but those it is told to swallow. */
async function startBroker(swallow: (payload: Buffer) => boolean) {
  const seen: number[] = [];
  const { port, stop } = await startAedes({
    authorizePublish: (client, packet, done) => {
      const payload = Buffer.from(packet.payload);
      if (client !== null) seen.push(payload.length);
      // It goes where nobody listens.
      if (swallow(payload)) packet.topic = "swallowed";
      done(null);
    },
  });
  closing.push(stop);
  return { port, seen };
}

async function thermometers() {
  const relay = await loadScenario(new URL("waves/relay-broker.yaml", SCENARIO_DIRECTORY));
  if (relay.axis !== "relay") throw new Error("not of relay");
  return { ...relay, message: { ...relay.message, payloadBytes: PAYLOAD_BYTES } };
}

test("five-byte messages are counted whole, and a sample of them carries the envelope", async () => {
  const { port, seen } = await startBroker(() => false);
  await using running = await runFixed(port, { traffic: await thermometers() });
  const { report } = await running.run;
  const { delivery, latencyMs } = report;
  expect(delivery).toMatchObject({ delivered: delivery.intended, lost: 0, duplicated: 0 });
  expect(delivery.intended).toBe(400);
  const trials = await running.store.readTrials("test123456");
  const sampled = trials.reduce((sum, trial) => sum + (trial.sampled ?? 0), 0);
  expect(Math.abs(sampled - delivery.intended / EVERY)).toBeLessThanOrEqual(2);
  expect(latencyMs?.count).toBe(sampled);
  const large = seen.filter((bytes) => bytes === ENVELOPE_BYTES).length;
  const small = seen.filter((bytes) => bytes === PAYLOAD_BYTES).length;
  expect(small).toBe(delivery.intended - sampled);
  // Each Unit's first message, before the load, is larger too.
  expect(large).toBe(sampled + 20);
});

test("five-byte messages that the broker swallows are missing in number", async () => {
  let small = 0;
  const { port } = await startBroker(
    (payload) => payload.length === PAYLOAD_BYTES && ++small % 50 === 0,
  );
  await using running = await runFixed(port, { traffic: await thermometers() });
  const { report } = await running.run;
  const { delivery } = report;
  // Which they are is known once their stream moves on and their time is up: not all yet.
  expect(delivery.lost + delivery.pending).toBe(Math.floor(small / 50));
  expect(small).toBeGreaterThan(300);
  expect(delivery.duplicated).toBe(0);
  expect(endsOf(report)).toBe(delivery.intended);
});
