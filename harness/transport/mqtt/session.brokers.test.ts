import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, connect } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MqttConnectError } from "./errors.ts";
import { openSession } from "./session.ts";
import { describeSession, Probe, sessionOptions, type TestBroker } from "./session.suite.ts";

const MOSQUITTO = "/usr/sbin/mosquitto";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  server.close();
  await once(server, "close");
  return address.port;
}

/** Starts a mosquitto of its own; `settings` may name files of `directory`. */
async function startMosquitto(
  settings: (directory: string) => Promise<readonly string[]> = async () => [
    "allow_anonymous true",
  ],
): Promise<TestBroker & { readonly directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), "mqtt-brokers-"));
  const port = await freePort();
  const lines = [
    `listener ${port} 127.0.0.1`,
    // Started as root it would change to a user that may not read our files.
    "user root",
    "persistence false",
    "set_tcp_nodelay true",
    "log_type error",
    ...(await settings(directory)),
  ];
  await writeFile(join(directory, "mosquitto.conf"), `${lines.join("\n")}\n`);
  const child = spawn(MOSQUITTO, ["-c", join(directory, "mosquitto.conf")], { stdio: "ignore" });
  await Promise.race([
    untilListening(port),
    once(child, "exit").then(() => Promise.reject(new Error("mosquitto did not start"))),
  ]);
  return {
    port,
    directory,
    async stop() {
      child.kill();
      await once(child, "exit");
      await rm(directory, { recursive: true });
    },
  };
}

async function untilListening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const connected = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
  }
}

describe.skipIf(!existsSync(MOSQUITTO))("mosquitto", () => {
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

  describe("over TLS", () => {
    let broker: TestBroker & { readonly directory: string };
    beforeAll(async () => {
      broker = await startMosquitto(async (directory) => {
        const key = join(directory, "key.pem");
        const certificate = join(directory, "certificate.pem");
        await makeCertificate(key, certificate);
        return ["allow_anonymous true", `keyfile ${key}`, `certfile ${certificate}`];
      });
    });
    afterAll(() => broker.stop());

    test.each([4, 5] as const)("carries a stream intact at level %i", async (protocol) => {
      const ca = await readFile(join(broker.directory, "certificate.pem"));
      const options = sessionOptions(broker.port, {
        protocol,
        tls: { ca, servername: "localhost" },
      });
      const probe = new Probe();
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

    test("does not trust a certificate nobody vouched for", async () => {
      const opening = openSession(sessionOptions(broker.port, { tls: {} }), new Probe());
      await expect(opening).rejects.toMatchObject({
        reason: { kind: "socket", errno: "DEPTH_ZERO_SELF_SIGNED_CERT" },
      });
    });
  });
});

async function makeCertificate(key: string, certificate: string): Promise<void> {
  const request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", key, "-out", certificate];
  await promisify(execFile)("openssl", [...request.split(" "), ...names, ...files]);
}
