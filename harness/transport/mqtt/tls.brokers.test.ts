import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCertificates, type TestCertificates } from "./certificates.suite.ts";
import { type Mosquitto, startMosquitto, startWebSocketMosquitto } from "./mosquitto.suite.ts";
import { Probe, sessionOptions } from "./session.suite.ts";
import { openSession, type SessionOptions } from "./session.ts";
import { Workspace } from "./workspace.ts";

let certificates: TestCertificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterAll(() => certificates[Symbol.asyncDispose]());

const serverFiles = (): readonly string[] => [
  "allow_anonymous true",
  `keyfile ${join(certificates.directory, "server.key")}`,
  `certfile ${join(certificates.directory, "server.pem")}`,
];

const demanding = async (): Promise<readonly string[]> => [
  ...serverFiles(),
  `cafile ${join(certificates.directory, "ca.pem")}`,
  "require_certificate true",
];

const identity = () => ({ ...certificates.client, passphrase: certificates.passphrase });

const trusting = () => ({ ca: certificates.ca, servername: "localhost" });

/** Opens a session and hears its own publish. */
async function roundTrip(options: SessionOptions): Promise<void> {
  const probe = new Probe();
  const session = await openSession(options, probe);
  await session.subscribe(["tls"], 1);
  session.publish(session.template("tls", 1, 3), 0);
  session.flush();
  await probe.until(() => probe.received.length === 1);
  await session.end();
}

describe("mosquitto over TLS", () => {
  let broker: Mosquitto;
  beforeAll(async () => {
    broker = await startMosquitto(async () => serverFiles());
  });
  afterAll(() => broker.stop());

  test.each([4, 5] as const)("carries a stream intact at level %i", async (protocol) => {
    const probe = new Probe();
    const options = sessionOptions(broker.port, { protocol, tls: trusting() });
    const session = await openSession(options, probe);
    await session.subscribe(["tls"], 1);
    const template = session.template("tls", 1, 20_000);
    const messages = 100;
    for (let sent = 0; sent < messages; ) {
      template.payload.fill(sent);
      if (session.publish(template, sent) === "sent") {
        sent++;
        continue;
      }
      session.flush();
      const done = probe.acknowledgements.length;
      await probe.until(() => probe.acknowledgements.length > done);
    }
    session.flush();
    await probe.until(() => probe.received.length === messages);
    probe.received.forEach(({ payload }, i) => {
      expect(payload.every((byte) => byte === i)).toBe(true);
    });
    await session.end();
    expect(probe.closes).toEqual([{ kind: "ended" }]);
  });

  test.each<[string, SessionOptions["tls"], string]>([
    ["a certificate nobody vouched for", {}, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ["a certificate for another name", { servername: "elsewhere" }, "ERR_TLS_CERT_ALTNAME_INVALID"],
  ])("does not trust %s", async (_name, tls, errno) => {
    const ca = tls?.servername === undefined ? {} : { ca: certificates.ca };
    const options = sessionOptions(broker.port, { tls: { ...tls, ...ca } });
    await expect(openSession(options, new Probe())).rejects.toMatchObject({
      reason: { kind: "socket", errno },
    });
  });

  test("reads certificates once for all sessions that name the same ones", () => {
    const workspace = new Workspace();
    const first = workspace.secureContext(trusting());
    expect(workspace.secureContext(trusting())).toBe(first);
    expect(workspace.secureContext({ ...trusting(), ca: certificates.stranger.cert })).not.toBe(
      first,
    );
  });
});

describe("mosquitto that asks for a client certificate", () => {
  let broker: Mosquitto;
  let overWebSocket: Mosquitto;
  beforeAll(async () => {
    broker = await startMosquitto(demanding);
    overWebSocket = await startWebSocketMosquitto(demanding);
  });
  afterAll(() => Promise.all([broker.stop(), overWebSocket.stop()]));

  test("takes one its authority vouched for, its key locked with a passphrase", async () => {
    const tls = { ...trusting(), ...identity() };
    await expect(roundTrip(sessionOptions(broker.port, { tls }))).resolves.toBeUndefined();
  });

  test("takes it over a secure WebSocket too", async () => {
    const options = sessionOptions(overWebSocket.port, {
      tls: { ...trusting(), ...identity() },
      websocket: { hostName: "localhost" },
    });
    await expect(roundTrip(options)).resolves.toBeUndefined();
  });

  test.each([
    ["none", () => ({})],
    ["a stranger's", () => certificates.stranger],
  ])("refuses %s", async (_name, own) => {
    const options = sessionOptions(broker.port, { tls: { ...trusting(), ...own() } });
    await expect(openSession(options, new Probe())).rejects.toMatchObject({
      reason: { kind: expect.stringMatching(/socket|server/) as unknown },
    });
  });

  test("is not reached with a wrong passphrase", async () => {
    const tls = { ...trusting(), ...identity(), passphrase: "wrong" };
    await expect(openSession(sessionOptions(broker.port, { tls }), new Probe())).rejects.toThrow(
      /decrypt|bad/i,
    );
  });
});
