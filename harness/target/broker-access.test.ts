import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Target } from "../scenario/target-gate.ts";
import { brokerAddress, readBrokerAccess } from "./broker-access.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "broker-access-"));
  await writeFile(join(folder, "cert.pem"), "certificate");
  await writeFile(join(folder, "key.pem"), "key");
});
afterAll(() => rm(folder, { recursive: true }));

test("login and certificates come from the environment", async () => {
  const access = await readBrokerAccess({
    LOADSTONE_MQTT_USERNAME: "unit",
    LOADSTONE_MQTT_CERT: join(folder, "cert.pem"),
    LOADSTONE_MQTT_KEY: join(folder, "key.pem"),
  });
  expect(access).toEqual({
    credentials: { username: "unit" },
    certificates: { cert: "certificate", key: "key" },
  });
  expect(await readBrokerAccess({})).toEqual({ credentials: {}, certificates: {} });
});

test("every file that cannot be read is told at once", async () => {
  const reading = readBrokerAccess({
    LOADSTONE_MQTT_CA: join(folder, "no-ca.pem"),
    LOADSTONE_MQTT_KEY: join(folder, "no-key.pem"),
  });
  await expect(reading).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringMatching(/LOADSTONE_MQTT_CA.*LOADSTONE_MQTT_KEY/),
  });
});

test("a certificate without its key is refused", async () => {
  const reading = readBrokerAccess({ LOADSTONE_MQTT_CERT: join(folder, "cert.pem") });
  await expect(reading).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});

test.each([
  ["mqtt://broker:1883", { tls: false }],
  ["mqtts://broker:8883", { tls: true }],
  ["ws://broker:8083/mqtt", { tls: false, websocket: { path: "/mqtt", hostName: "broker:8083" } }],
  ["wss://broker:8084", { tls: true, websocket: { hostName: "broker:8084" } }],
])("the scheme of %s says how to connect", (url, expected) => {
  const target: Target = {
    kind: "broker",
    url,
    hostname: "broker",
    port: Number(new URL(url).port),
    address: "10.0.0.1",
    family: 4,
    isPrivate: true,
  };
  expect(brokerAddress(target, {})).toEqual({
    host: "10.0.0.1",
    port: target.port,
    serverName: "broker",
    certificates: {},
    ...expected,
  });
});
