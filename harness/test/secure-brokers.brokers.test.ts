import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FixedRunReport } from "#grader/contracts/fixed-run.ts";
import { makeCertificates, type TestCertificates } from "../transport/mqtt/certificates.suite.ts";
import { type Mosquitto, startWebSocketMosquitto } from "../transport/mqtt/mosquitto.suite.ts";
import { dataDirectory, runToEnd } from "./e2e/program.ts";

let certificates: TestCertificates;
let broker: Mosquitto;
beforeAll(async () => {
  certificates = await makeCertificates();
  broker = await startWebSocketMosquitto(async () => [
    "allow_anonymous true",
    `keyfile ${join(certificates.directory, "server.key")}`,
    `certfile ${join(certificates.directory, "server.pem")}`,
    `cafile ${join(certificates.directory, "ca.pem")}`,
    "require_certificate true",
  ]);
});
afterAll(async () => {
  await broker.stop();
  await certificates[Symbol.asyncDispose]();
});

const file = (name: string) => join(certificates.directory, name);

async function run(environment: Record<string, string>) {
  await using data = await dataDirectory();
  const load = "--units 4 --load 20 --duration 3s".split(" ");
  return runToEnd(
    ["run", "--broker", `wss://localhost:${broker.port}/mqtt`, ...load, "--json", "--quiet"],
    { LOADSTONE_DATA: data.path, ...environment },
  );
}

test("a broker behind TLS and WebSocket that asks for certificates is loaded like any other", async () => {
  const { stdout, stderr } = await run({
    LOADSTONE_MQTT_CA: file("ca.pem"),
    LOADSTONE_MQTT_CERT: file("client.pem"),
    LOADSTONE_MQTT_KEY: file("client.key"),
    LOADSTONE_MQTT_KEY_PASSPHRASE: certificates.passphrase,
  });
  expect(stderr).not.toContain(certificates.passphrase);
  const { delivery } = FixedRunReport.parse(JSON.parse(stdout));
  expect(delivery.delivered).toBeGreaterThan(0);
  expect(delivery.delivered).toBe(delivery.intended);
});

test("without them it says why it cannot connect", async () => {
  const { code, stdout, stderr } = await run({ LOADSTONE_MQTT_CA: file("ca.pem") });
  expect(code).toBe(121);
  expect(stdout).toBe("");
  expect(stderr).toContain("TARGET_UNREACHABLE");
});
