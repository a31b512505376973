import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startSandbox } from "#compose/embedded/sandbox/start.ts";
import { dataDirectory, runToEnd } from "./program.ts";

/** What the program says of a command, on a data directory of its own. */
async function saidOf(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  await using data = await dataDirectory();
  return runToEnd([...args, "--json"], { LOADSTONE_DATA: data.path, ...env });
}

/** Nothing on stdout, the exit code, and words on stderr. */
const refused = (code: number, words: RegExp): unknown => ({
  code,
  stdout: "",
  stderr: expect.stringMatching(words) as unknown,
});

const NOBODY = "127.0.0.1:1";

describe("bad input is a coded error that says what to do, before anything is left behind", () => {
  test("an instance that is not there", async () => {
    const env = { LOADSTONE_LOGIN: "admin", LOADSTONE_PASSWORD: "secret-word" };
    const said = await saidOf(["grade", "--instance", `http://${NOBODY}`], env);
    expect(said).toEqual(refused(121, /TARGET_UNREACHABLE[\s\S]*127\.0\.0\.1/));
    expect(said.stderr).not.toContain("secret-word");
  });

  test("a broker that is not there", async () => {
    const said = await saidOf(["grade", "--broker", `mqtt://${NOBODY}`]);
    expect(said).toEqual(refused(121, /TARGET_UNREACHABLE[\s\S]*check that the broker runs/));
  });

  test("no login, and a wrong password", async () => {
    await using sandbox = await startSandbox({ port: 0, mqttPort: 0, capacity: {} });
    const { url, admin } = sandbox.ready;
    const none = await saidOf(["grade", "--instance", url]);
    expect(none).toEqual(refused(104, /CREDENTIALS_MISSING[\s\S]*LOADSTONE_LOGIN/));
    const env = { LOADSTONE_LOGIN: admin.login, LOADSTONE_PASSWORD: "not-the-one" };
    const wrong = await saidOf(["grade", "--instance", url], env);
    expect(wrong).toEqual(refused(121, /LOGIN_REFUSED[\s\S]*LOADSTONE_PASSWORD/));
  });

  test("a ClickHouse that is not there", async () => {
    const args = ["grade", "--broker", `mqtt://${NOBODY}`, "--clickhouse", `http://${NOBODY}`];
    expect(await saidOf(args)).toEqual(refused(121, /STORE_UNREACHABLE[\s\S]*ClickHouse/));
  });

  test("a dashboard port that is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const said = await saidOf(["up", "--port", String(port)]);
    expect(said).toEqual(refused(104, /PORT_TAKEN[\s\S]*--port/));
    server.close();
  });

  test("an unknown key in a scenario", async () => {
    await using folder = await dataDirectory();
    const file = join(folder.path, "relay.yaml");
    await writeFile(file, "id: relay\naxis: relay\ncolour: red\n");
    const said = await saidOf(["plan", "--scenario", file]);
    expect(said).toEqual(refused(104, /SCENARIO_INVALID[\s\S]*colour/));
  });

  test("a sandbox capacity that is none", async () => {
    const said = await saidOf(["up", "--once", "--capacity", "relay=fast"]);
    expect(said).toEqual(refused(104, /relay=fast/));
  });

  test("a public address", async () => {
    const said = await saidOf(["grade", "--instance", "http://8.8.8.8"]);
    expect(said).toEqual(refused(104, /TARGET_NOT_ALLOWED[\s\S]*--yes/));
  });
});
