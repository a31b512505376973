import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "#compose/embedded/sandbox/start.ts";
import { type EmqxClient, openEmqx } from "./emqx.ts";
import { readOperatorMetrics } from "./operator-metrics.ts";

let sandbox: Sandbox;
const open: EmqxClient[] = [];
beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, mqttPort: 0, capacity: {} });
});
afterAll(async () => {
  await Promise.all(open.map((client) => client.close()));
  await sandbox.close();
});

function emqx(password: string): EmqxClient {
  const { emqx: url, admin } = sandbox.ready;
  const login = { kind: "account", name: admin.login, secret: password } as const;
  const client = openEmqx({ access: { url, login } });
  open.push(client);
  return client;
}

test("reads what the platform set and counted, and who is subscribed", async () => {
  const client = emqx(sandbox.ready.admin.password);
  expect(await client.listener()).toMatchObject({ max_conn_rate: "20/s", messages_rate: "30/s" });
  expect((await client.zone()).mqtt).toMatchObject({ retain_available: false });
  const { domain } = sandbox.ready;
  const pipe = await client.subscriptions({ topic: `${domain}/+/pepeunit`, qos: 0 });
  expect(pipe.data).toMatchObject([{ clientid: domain }]);
  expect((await client.clients({ clientid: domain })).data).toHaveLength(1);
  expect(await client.stats()).toMatchObject({ "connections.count": 2 });
  expect(await client.metrics()).toMatchObject({ "messages.received": 0 });
});

test("a wrong password is told as what it is", async () => {
  await expect(emqx("not-the-password").stats()).rejects.toMatchObject({
    code: "LOGIN_REFUSED",
    hint: expect.stringContaining("LOADSTONE_EMQX_PASSWORD"),
  });
});

test("the operator's counters are read from both servers", async () => {
  const { readings, silent } = await readOperatorMetrics({
    backend: sandbox.ready.url,
    emqx: { url: sandbox.ready.emqx },
  });
  expect(silent).toEqual([]);
  expect(readings.map(({ metric }) => metric)).toContain("emqx_messages_dropped");
});
