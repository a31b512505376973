import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startSandbox } from "#compose/embedded/sandbox/start.ts";
import { dataDirectory, runToEnd } from "./program.ts";

interface Refusal {
  readonly code: number;
  readonly says: RegExp;
  readonly env?: Readonly<Record<string, string>>;
}

async function expectRefusal(args: readonly string[], refusal: Refusal): Promise<void> {
  await using data = await dataDirectory();
  const { code, stdout, stderr } = await runToEnd([...args, "--json"], {
    LOADSTONE_DATA: data.path,
    ...refusal.env,
  });
  expect(stderr).toMatch(refusal.says);
  expect(stdout).toBe("");
  expect(code).toBe(refusal.code);
}

const NOBODY = "127.0.0.1:1";

describe("bad input is a coded error that says what to do, before anything is left behind", () => {
  test("an instance that is not there", async () => {
    const env = { LOADSTONE_LOGIN: "admin", LOADSTONE_PASSWORD: "secret-word" };
    await expectRefusal(["grade", "--instance", `http://${NOBODY}`], {
      code: 121,
      says: /TARGET_UNREACHABLE[\s\S]*127\.0\.0\.1/,
      env,
    });
  });

  test("a broker that is not there", async () => {
    await expectRefusal(["grade", "--broker", `mqtt://${NOBODY}`], {
      code: 121,
      says: /TARGET_UNREACHABLE[\s\S]*check that the broker runs/,
    });
  });

  test("no login, and a wrong password", async () => {
    await using sandbox = await startSandbox({ port: 0, mqttPort: 0, capacity: {} });
    const { url, admin } = sandbox.ready;
    await expectRefusal(["grade", "--instance", url], {
      code: 104,
      says: /CREDENTIALS_MISSING[\s\S]*LOADSTONE_LOGIN/,
    });
    const env = { LOADSTONE_LOGIN: admin.login, LOADSTONE_PASSWORD: "not-the-one" };
    await expectRefusal(["grade", "--instance", url], {
      code: 121,
      says: /LOGIN_REFUSED[\s\S]*LOADSTONE_PASSWORD/,
      env,
    });
  });

  test("a ClickHouse that is not there", async () => {
    const args = ["grade", "--broker", `mqtt://${NOBODY}`, "--clickhouse", `http://${NOBODY}`];
    await expectRefusal(args, { code: 121, says: /STORE_UNREACHABLE[\s\S]*ClickHouse/ });
  });

  test("a dashboard port that is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await expectRefusal(["up", "--port", String(port)], {
      code: 104,
      says: /PORT_TAKEN[\s\S]*--port/,
    });
    server.close();
  });

  test("an unknown key in a scenario", async () => {
    await using folder = await dataDirectory();
    const file = join(folder.path, "relay.yaml");
    await writeFile(file, "id: relay\naxis: relay\ncolour: red\n");
    await expectRefusal(["plan", "--scenario", file], {
      code: 104,
      says: /SCENARIO_INVALID[\s\S]*colour/,
    });
  });

  test("a sandbox capacity that is none", async () => {
    await expectRefusal(["up", "--once", "--capacity", "relay=fast"], {
      code: 104,
      says: /relay=fast/,
    });
  });

  test("a public address", async () => {
    await expectRefusal(["grade", "--instance", "http://8.8.8.8"], {
      code: 104,
      says: /TARGET_NOT_ALLOWED[\s\S]*--yes/,
    });
  });
});
