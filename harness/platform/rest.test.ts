import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { MockAgent } from "undici";
import { afterEach, describe, expect, it } from "vitest";
import { LoadstoneError } from "../errors.ts";
import type { Clock } from "../load/clock.ts";
import { openPlatform } from "./rest.ts";

const URL_ = "http://pepeunit.test";
const API = "/pepeunit/api/v1";
const USER = "0d9e1c4a-5b7f-4c57-9c43-0d8f3f6a2b11";
const TOKEN = `eyJh.${Buffer.from(JSON.stringify({ uuid: USER, type: "User" })).toString("base64url")}.sig`;
const PASSWORD = "correct-horse-battery";
const ROOT = { name: "Pepeunit", version: "1.2.0", feature_flags: { pu_ff_datapipe_enable: true } };

/** Waits take no time, and are noted. */
function countingClock() {
  const waits: number[] = [];
  const clock: Clock = {
    now: () => 0,
    wall: () => 0,
    sleepUntil: async (atMs) => void waits.push(atMs),
  };
  return { clock, waits };
}

const agents: MockAgent[] = [];
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.close()));
});

function mocked(signal?: AbortSignal) {
  const agent = new MockAgent();
  agent.disableNetConnect();
  agents.push(agent);
  const { clock, waits } = countingClock();
  const client = openPlatform({
    url: `${URL_}/`,
    dispatcher: agent,
    clock,
    ...(signal === undefined ? {} : { signal }),
  });
  return { client, waits, pool: agent.get(URL_) };
}

async function signedIn(signal?: AbortSignal) {
  const { client, pool, waits } = mocked(signal);
  pool.intercept({ method: "POST", path: `${API}/users/auth` }).reply(200, { token: TOKEN });
  return { session: await client.login("tester", PASSWORD), pool, waits };
}

const failure = (work: Promise<unknown>): Promise<LoadstoneError> =>
  work.then(
    () => expect.fail("it did not fail"),
    (error: unknown) =>
      error instanceof LoadstoneError ? error : expect.fail(`not coded: ${String(error)}`),
  );

const refusedConnection = () => Object.assign(new Error("connect"), { code: "ECONNREFUSED" });

describe("an answer", () => {
  it("may hold fields of a newer platform, and lack flags of it", async () => {
    const { client, pool } = mocked();
    pool.intercept({ path: "/pepeunit" }).reply(200, { ...ROOT, planet: "Mars" });
    const root = await client.root();
    expect(root.version).toBe("1.2.0");
    expect(root.feature_flags).toMatchObject({
      pu_ff_datapipe_enable: true,
      pu_ff_prometheus_enable: false,
    });
  });

  it("of the wrong shape is refused by the name of its field", async () => {
    const { client, pool } = mocked();
    pool.intercept({ path: "/pepeunit" }).reply(200, { ...ROOT, version: 12 });
    const error = await failure(client.root());
    expect(error.code).toBe("TARGET_ANSWER_INVALID");
    expect(error.message).toContain("version: ");
  });

  it.each(["<html>Welcome to nginx!</html>", "", "null"])(
    "that is no Pepeunit's says so: %j",
    async (text) => {
      const { client, pool } = mocked();
      pool.intercept({ path: "/pepeunit" }).reply(200, text);
      const error = await failure(client.root());
      expect(error.code).toBe("TARGET_ANSWER_INVALID");
      expect(error.hint).toContain("Pepeunit instance");
    },
  );

  it("with no body is enough for a deletion", async () => {
    const { session, pool } = await signedIn();
    pool.intercept({ method: "DELETE", path: `${API}/units/${USER}` }).reply(204, "");
    await expect(session.units.delete(USER)).resolves.toBeUndefined();
  });
});

describe("a connection that fails", () => {
  it("is tried three times for a GET, then named with its URL and what to check", async () => {
    const { client, pool, waits } = mocked();
    pool.intercept({ path: "/pepeunit" }).replyWithError(refusedConnection()).times(3);
    const error = await failure(client.root());
    expect(error.code).toBe("TARGET_UNREACHABLE");
    expect(error.message).toBe(`GET ${URL_}/pepeunit: connection refused`);
    expect(error.hint).toContain("instance is up");
    expect(waits).toEqual([200, 800]);
  });

  it("does not matter to a GET when the next try succeeds", async () => {
    const { client, pool } = mocked();
    pool.intercept({ path: "/pepeunit" }).replyWithError(refusedConnection());
    pool.intercept({ path: "/pepeunit" }).reply(500, "Internal Server Error");
    pool.intercept({ path: "/pepeunit" }).reply(200, ROOT);
    await expect(client.root()).resolves.toMatchObject({ name: "Pepeunit" });
  });

  it("is never tried again for a POST, which may have done its work", async () => {
    const { session, pool, waits } = await signedIn();
    pool
      .intercept({ method: "POST", path: `${API}/unit_nodes/create_unit_node_edge` })
      .replyWithError(refusedConnection());
    const error = await failure(session.createEdge("a", "b"));
    expect(error.code).toBe("TARGET_UNREACHABLE");
    expect(waits).toEqual([]);
  });

  it("is tried again for a PATCH, which sets the same", async () => {
    const { session, pool } = await signedIn();
    const intercept = { method: "PATCH", path: `${API}/repos/${USER}` };
    pool.intercept(intercept).replyWithError(refusedConnection());
    pool.intercept(intercept).reply(422, { detail: "422: 6: No" });
    expect((await failure(session.repos.patch(USER, {}))).message).toContain("422: 6: No");
  });

  it.each([
    ["ENOTFOUND", "the host name is unknown"],
    ["UND_ERR_CONNECT_TIMEOUT", "timed out while connecting"],
    ["UND_ERR_SOCKET", "closed before the answer"],
  ])("%s reads %s", async (code, text) => {
    const { client, pool } = mocked();
    const error = Object.assign(new Error("x"), { code });
    pool.intercept({ path: "/pepeunit" }).replyWithError(error).times(3);
    expect((await failure(client.root())).message).toContain(text);
  });
});

describe("a refusal", () => {
  it("carries the platform's own words", async () => {
    const { session, pool } = await signedIn();
    const detail = "422: 7: Unit Validation Error: Name is not correct";
    pool.intercept({ path: `${API}/units/${USER}` }).reply(422, { detail });
    const error = await failure(session.units.get(USER));
    expect(error.code).toBe("PROVISIONING_FAILED");
    expect(error.message).toContain(detail);
  });

  it("by nginx' request limit is waited for, whatever was asked", async () => {
    const { session, pool } = await signedIn();
    const path = `${API}/units/${USER}`;
    pool.intercept({ method: "DELETE", path }).reply(429, "<h1>429</h1>").times(3);
    pool.intercept({ method: "DELETE", path }).reply(204, "");
    await expect(session.units.delete(USER)).resolves.toBeUndefined();
  });

  it("by nginx' request limit that never ends says so", async () => {
    const { client, pool } = mocked();
    pool.intercept({ path: "/pepeunit" }).reply(429, "<html><h1>429</h1></html>").persist();
    const error = await failure(client.root());
    expect(error.code).toBe("PROVISIONING_FAILED");
    expect(error.hint).toContain("5 requests a second");
  });

  it("by a proxy without a backend counts as unreachable", async () => {
    const { client, pool } = mocked();
    pool.intercept({ path: "/pepeunit" }).reply(502, "<h1>502 Bad Gateway</h1>").times(3);
    const error = await failure(client.root());
    expect(error.code).toBe("TARGET_UNREACHABLE");
    expect(error.message).toContain("502 Bad Gateway");
  });

  it.each([
    [403, { detail: "403: 1: No Access: Password hash mismatched" }],
    [422, { detail: "422: 2: Validation Error: The object does not exist" }],
    [422, { detail: [{ loc: ["body", "password"], msg: "too short", input: PASSWORD }] }],
  ])("of a login (%i) names the variables and never the password", async (status, body) => {
    const { client, pool } = mocked();
    pool.intercept({ method: "POST", path: `${API}/users/auth` }).reply(status, body);
    const error = await failure(client.login("tester", PASSWORD));
    expect(error.code).toBe("LOGIN_REFUSED");
    expect(error.hint).toContain("LOADSTONE_PASSWORD");
    expect(JSON.stringify([error.message, error.hint])).not.toContain(PASSWORD);
  });

  it("that repeats a token has it taken out", async () => {
    const { session, pool } = await signedIn();
    pool.intercept({ path: `${API}/units/${USER}` }).reply(422, { detail: `bad token ${TOKEN}` });
    const error = await failure(session.units.get(USER));
    expect(error.message).toContain("bad token [token]");
  });
});

describe("a session", () => {
  it("knows its user and sends the bare token", async () => {
    const { session, pool } = await signedIn();
    pool
      .intercept({ path: `${API}/users/${USER}`, headers: { "x-auth-token": TOKEN } })
      .reply(200, { uuid: USER, role: "Admin", login: "tester" });
    await expect(session.me()).resolves.toMatchObject({ role: "Admin" });
  });

  it("stops asking once interrupted, but can be used under another signal", async () => {
    const stop = new AbortController();
    const { session, pool } = await signedIn(stop.signal);
    stop.abort();
    expect((await failure(session.me())).code).toBe("INTERRUPTED");
    pool
      .intercept({ path: `${API}/users/${USER}` })
      .reply(200, { uuid: USER, role: "User", login: "tester" });
    await expect(session.under(undefined).me()).resolves.toMatchObject({ role: "User" });
  });

  it("waits for the answer to a change even when interrupted", async () => {
    const stop = new AbortController();
    const { session, pool } = await signedIn(stop.signal);
    pool.intercept({ method: "POST", path: `${API}/units` }).reply(() => {
      stop.abort();
      return { statusCode: 201, data: { uuid: USER, name: "ls-x", repo_uuid: USER } };
    });
    const unit = { repo_uuid: USER, visibility_level: "Internal", name: "ls-x" } as const;
    const created = session.units.create({ ...unit, is_auto_update_from_repo_unit: true });
    await expect(created).resolves.toMatchObject({ uuid: USER });
  });

  it("is not opened by a token that names no user", async () => {
    const { client, pool } = mocked();
    pool.intercept({ method: "POST", path: `${API}/users/auth` }).reply(200, { token: "opaque" });
    expect((await failure(client.login("a", "b"))).code).toBe("TARGET_ANSWER_INVALID");
  });
});

it("connects to the pinned address, whatever the name says", async () => {
  const server = createServer((request, response) => {
    response.end(JSON.stringify({ ...ROOT, name: request.headers.host }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const address = { address: "127.0.0.1", family: 4 } as const;
  const client = openPlatform({ url: `http://nowhere.invalid:${port}`, address });
  try {
    await expect(client.root()).resolves.toMatchObject({ name: `nowhere.invalid:${port}` });
  } finally {
    await client.close();
    server.close();
  }
});
