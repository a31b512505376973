import { expect, test } from "vitest";
import { startSandbox } from "#compose/embedded/sandbox/start.ts";
import { checkTarget } from "../scenario/target-gate.ts";
import { readInstanceResources } from "./instance-resources.ts";

test("an instance's counters are its backend's, and its broker's once that is named", async () => {
  await using sandbox = await startSandbox({ port: 0, mqttPort: 0, capacity: {} });
  const { url, emqx, admin } = sandbox.ready;
  const target = await checkTarget(url, { lookup: () => Promise.resolve([]), yes: false });
  const { signal } = new AbortController();
  await fetch(`${url}/pepeunit`);
  const alone = await readInstanceResources(target, {}, signal);
  expect(alone.readings.map(({ source }) => source)).toContain("backend");
  expect(alone.readings.map(({ source }) => source)).not.toContain("emqx");
  const env = {
    LOADSTONE_EMQX_URL: emqx,
    LOADSTONE_EMQX_LOGIN: admin.login,
    LOADSTONE_EMQX_PASSWORD: admin.password,
  };
  const both = await readInstanceResources(target, env, signal);
  expect(both.readings).toContainEqual({
    source: "emqx",
    metric: "emqx_messages_dropped",
    value: 0,
  });
});
