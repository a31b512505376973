import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Objective } from "#grader/contracts/objective.ts";
import { ConnectedUnits } from "../axes/connected-units.ts";
import { RelayDriver } from "../axes/relay.ts";
import { brokerUnits, WHOLE } from "../axes/unit-source.ts";
import { openNullSink } from "../cli/null-sink.ts";
import { planFor } from "../cli/grade.ts";
import { readSettings } from "../config.ts";
import { systemClock } from "../load/clock.ts";
import { seededRandom } from "../load/random.ts";
import { toTrials } from "../measure/to-trial.ts";
import { poissonPace } from "../plan/pacer.ts";
import { testWorld } from "../test/test-world.ts";
import { Workspace } from "../transport/mqtt/workspace.ts";
import { type LoadStep, measureStep } from "./measure-step.ts";
import { NullBroker } from "./null-sink-mqtt.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const signal = new AbortController().signal;
const step: LoadStep = {
  kind: "load",
  phase: "refine",
  load: 400,
  settleMs: 300,
  windowMs: 2000,
  windows: 1,
  curtail: false,
  growthRule: true,
};
const objective: Objective = {
  axis: "relay",
  // Long, so that a shared machine's own hitches decide nothing here.
  deadlineMs: 1000,
  maxBadRatio: 0.01,
  maxLostRatio: 0.0001,
  maxGrowthRatio: 0.01,
  growthSlack: 10,
};
/** A process that is never at fault by itself: what the sends tell is all there is. */
const openProbe = () => ({
  cpuMs: () => 0,
  takeLoopDelayMs: () => 0,
  rssBytes: () => 0,
  [Symbol.dispose]: () => {},
});

/** The relay path on a null broker of this process, whose sockets the test can stop reading. */
async function openRelay() {
  const broker = new NullBroker();
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    broker.connected(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const units = new ConnectedUnits({
    source: brokerUnits("r", 8, {}),
    clock: systemClock,
    runTag: 1,
    payloadBytes: 64,
    connect: {
      host: "127.0.0.1",
      port: address.port,
      tls: false,
      serverName: "127.0.0.1",
      keepAliveSec: 60,
      maxInflight: 20,
      connectsPerSec: 1000,
      connectTimeoutMs: 10_000,
      qos: 1,
      workspace: new Workspace({ now: () => systemClock.now() }),
    },
  });
  closing.push(async () => {
    await units[Symbol.asyncDispose]();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const driver = new RelayDriver(units, WHOLE);
  units.listen(driver);
  await units.connect(8, signal);
  driver.useFirst(8);
  return { driver, stopReading: () => sockets.forEach((socket) => socket.pause()) };
}

/** Measures one window; `meanwhile` is called once, a second into it. */
async function measure(driver: RelayDriver, deadlineMs: number, meanwhile: () => void) {
  const asked = { ...objective, deadlineMs };
  const beganAtMs = systemClock.now();
  let done = false;
  const driven = await measureStep(step, 0, {
    driver,
    objective: asked,
    clock: systemClock,
    pacer: poissonPace,
    openProbe,
    signal,
    random: (segment) => seededRandom(3, segment),
    onLateness: () => {
      if (done || systemClock.now() - beganAtMs < 1300) return;
      done = true;
      meanwhile();
    },
  });
  const [trial] = toTrials(driven, step, {
    runId: "r",
    objective: asked,
    stepNumber: 0,
    firstIndex: 0,
  });
  if (trial === undefined) throw new Error("no window");
  return trial;
}

/** Holds this thread up, as a garbage collection or another program would. */
function stall(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe("whose fault an unsent message is", () => {
  test("nobody's when the target does nothing but answer", async () => {
    const { driver } = await openRelay();
    const trial = await measure(driver, 1000, () => {});
    expect(trial.good).toBe(trial.intended);
    expect(trial).toMatchObject({ unsent: 0, lost: 0, verdict: "good" });
  });

  test("the target's, when it stops reading", async () => {
    const { driver, stopReading } = await openRelay();
    const trial = await measure(driver, 1000, stopReading);
    expect(trial.errorClasses).toHaveProperty("back-pressure");
    expect(trial.errorClasses).not.toHaveProperty("generator-late");
    expect(trial.verdict).toBe("bad");
  });

  test("ours, when our thread stalls", async () => {
    const { driver } = await openRelay();
    const trial = await measure(driver, 250, () => stall(400));
    expect(trial.errorClasses).toHaveProperty("generator-late");
    expect(trial.verdict).toBe("invalid");
    expect(trial.reason).toContain("never made in time");
  });

  test("ours too, when our thread stalls while the target does not read", async () => {
    const { driver, stopReading } = await openRelay();
    const trial = await measure(driver, 250, () => {
      stopReading();
      stall(400);
    });
    expect(trial.errorClasses).toHaveProperty("back-pressure");
    expect(trial.verdict).toBe("invalid");
  });
});

test("the null sink in its own process carries the relay and API paths to a ceiling", async () => {
  const world = testWorld([], { env: process.env });
  const settings = await readSettings(world, { data: "/tmp/unused", axes: "relay,api" });
  const { axes } = await planFor(world, settings, "instance");
  await using sink = await openNullSink(world);
  for (const plan of axes) {
    const found = await sink.ceilingFor(plan, 1);
    expect(found?.reached).toBeGreaterThan(0);
    expect(found?.ceiling).toBeLessThan(found?.reached ?? 0);
  }
});
