import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { Aedes } from "aedes";
import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "../load/clock.ts";
import { manualClock } from "../test/manual-clock.ts";
import { Workspace } from "../transport/mqtt/workspace.ts";
import type { MqttSession } from "../transport/mqtt/session.ts";
import { connectUnits, type ConnectPlan } from "./connections.ts";
import { brokerUnits } from "./unit-source.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function serve(onSocket: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    onSocket(socket);
    for (const look of waiting.splice(0)) look();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  closing.push(close);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const reachedBy = async (count: number) => {
    while (sockets.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { port: address.port, sockets, reachedBy, close };
}

async function startBroker(admits: () => boolean = () => true) {
  const broker = await Aedes.createBroker({
    concurrency: 10_000,
    authenticate: (_client, _username, _password, done) => done(null, admits()),
    authorizeSubscribe: (_client, subscription, done) =>
      done(null, subscription.topic.includes("/secret/") ? null : subscription),
  });
  closing.push(() => new Promise<void>((resolve) => broker.close(resolve)));
  return serve(broker.handle);
}

function planFor(port: number, change: Partial<ConnectPlan> = {}): ConnectPlan {
  return {
    host: "127.0.0.1",
    port,
    tls: false,
    serverName: "127.0.0.1",
    keepAliveSec: 60,
    maxInflight: 20,
    connectsPerSec: 10_000,
    connectTimeoutMs: 20_000,
    qos: 1,
    workspace: new Workspace(),
    ...change,
  };
}

/** Connects so many Units and keeps what it is handed. */
async function connect(
  count: number,
  plan: ConnectPlan,
  { clock = systemClock, signal = new AbortController().signal, runId = "run" } = {},
) {
  const units = await brokerUnits(runId, count, {}).ensure(count, signal);
  const sessions: MqttSession[] = [];
  closing.push(() => Promise.all(sessions.map((session) => session.end())));
  const home = {
    listener: { message: () => {}, acknowledged: () => {}, closed: () => {} },
    adopt: (_unit: unknown, session: MqttSession) => sessions.push(session),
  };
  return { outcomes: await connectUnits(units, plan, home, clock, signal), sessions };
}

const classes = (outcomes: readonly { readonly error: string | undefined }[]) =>
  new Set(outcomes.map(({ error }) => error));

/** The classes two Units meet that must not get in. */
async function met(port: number, change: Partial<ConnectPlan> = {}, runId = "run") {
  const { outcomes, sessions } = await connect(2, planFor(port, change), { runId });
  return [...classes(outcomes), outcomes.length, sessions.length];
}

describe("connecting Units", () => {
  test("brings in a thousand at once, each told once", async () => {
    const { port } = await startBroker();
    const { outcomes, sessions } = await connect(1000, planFor(port));
    expect(new Set(outcomes.map(({ index }) => index)).size).toBe(1000);
    expect([classes(outcomes), sessions.length]).toEqual([new Set([undefined]), 1000]);
  });

  test("starts by the clock: what came late is not made up for in a burst", async () => {
    const { port, sockets, reachedBy } = await serve(() => {});
    const clock = manualClock();
    const stop = new AbortController();
    const plan = planFor(port, { connectsPerSec: 10 });
    const connecting = connect(50, plan, { clock, signal: stop.signal });
    await reachedBy(1);
    clock.advance(100);
    await reachedBy(2);
    // Ten seconds lost: one is due, one is caught up.
    clock.advance(10_000);
    await reachedBy(4);
    clock.advance(100);
    await reachedBy(5);
    stop.abort(new Error("enough"));
    await expect(connecting).rejects.toThrow("enough");
    expect(sockets).toHaveLength(5);
  });

  test("from several addresses lets each carry its share", async () => {
    const { port, sockets } = await startBroker();
    const sources = [
      { address: "127.0.0.2", units: 4 },
      { address: "127.0.0.3", units: 2 },
    ];
    await connect(6, planFor(port, { sources }));
    const from = sockets.map(({ remoteAddress = "" }) => remoteAddress);
    expect(from.toSorted((a, b) => a.localeCompare(b))).toEqual([
      ...Array.from({ length: 4 }, () => "127.0.0.2"),
      ...Array.from({ length: 2 }, () => "127.0.0.3"),
    ]);
  });

  test("from an address of another machine says which", async () => {
    const { port } = await startBroker();
    const sources = [{ address: "203.0.113.7", units: 2 }];
    await expect(connect(2, planFor(port, { sources }))).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: "203.0.113.7 is not an address of this machine",
    });
  });

  test("tells apart what becomes of them", async () => {
    const refusing = await startBroker(() => false);
    const closingAtOnce = await serve((socket) => socket.end());
    const silent = await serve(() => {});
    const resetting = await serve((socket) => socket.resetAndDestroy());
    const denying = await startBroker();
    const gone = await serve(() => {});
    await gone.close();
    expect(await met(refusing.port)).toEqual(["connack-5", 2, 0]);
    expect(await met(closingAtOnce.port)).toEqual(["closed-by-broker", 2, 0]);
    expect(await met(silent.port, { connectTimeoutMs: 100 })).toEqual(["no-connack-in-time", 2, 0]);
    expect(await met(resetting.port)).toEqual(["reset", 2, 0]);
    expect(await met(denying.port, {}, "secret")).toEqual(["subscribe-denied", 2, 0]);
    expect(await met(gone.port)).toEqual(["refused", 2, 0]);
  });

  test("without enough open files says so, and how to have more", async () => {
    const { port } = await startBroker();
    const script = new URL("connecting-child.suite.ts", import.meta.url).pathname;
    const child = spawn(
      "bash",
      [
        "-c",
        'ulimit -n 100; exec "$0" --import tsx "$1" "$2"',
        process.execPath,
        script,
        `${port}`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    closing.push(() => Promise.resolve(child.kill("SIGKILL")));
    let said = "";
    child.stdout.on("data", (part: Buffer) => (said += part.toString()));
    await once(child, "close");
    expect(JSON.parse(said)).toMatchObject({
      code: "FILE_LIMIT_TOO_LOW",
      hint: expect.stringContaining("ulimit -n") as string,
    });
  });
});
