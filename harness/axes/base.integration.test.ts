import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { Objective } from "#grader/contracts/objective.ts";
import { startSandbox } from "#compose/embedded/sandbox/start.ts";
import type { LoadStep } from "../engine/measure-step.ts";
import { monotonicOriginMs } from "../load/aligned-clock.ts";
import { systemClock } from "../load/clock.ts";
import { openThreads } from "../load/threads.ts";
import { toTrials } from "../measure/to-trial.ts";
import { BaseReader } from "../platform/base-reader.ts";
import { baseSource } from "../platform/base-source.ts";
import { openManifest } from "../platform/manifest.ts";
import { openFleet } from "../platform/provision.ts";
import { openPlatform } from "../platform/rest.ts";
import type { BaseMix } from "./base-mix.ts";
import { BaseReading } from "./base-reading.ts";
import { Crew } from "./crew.ts";
import type { WrittenWork } from "./written-kind.ts";

const UNITS = 8;
const LOGGERS = 2;
const RUN_TAG = 41;
const { signal } = new AbortController();

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const objective: Objective = {
  axis: "base",
  deadlineMs: 2000,
  maxBadRatio: 0.01,
  maxLostRatio: 0.001,
  maxGrowthRatio: 0.01,
  growthSlack: 10,
};

const step: LoadStep = {
  kind: "load",
  phase: "wave",
  load: 10,
  settleMs: 0,
  windowMs: 1000,
  windows: 1,
  curtail: false,
  growthRule: false,
};

const workOf = (mix: BaseMix): WrittenWork => ({
  axis: "base",
  units: UNITS,
  arrivals: "constant",
  payloadBytes: 200,
  qos: 1,
  runTag: RUN_TAG,
  base: { mix, loggers: LOGGERS, commit: "c".repeat(40), stateEveryMs: 60_000 },
});

/** Units of a sandbox, connected over so many threads. */
async function instance(threads: number) {
  const sandbox = await startSandbox({ port: 0, mqttPort: 0, capacity: { base: 100 }, seed: 1 });
  closing.push(() => sandbox.close());
  const folder = await mkdtemp(join(tmpdir(), "loadstone-base-"));
  closing.push(() => rm(folder, { recursive: true }));
  const { url, admin } = sandbox.ready;
  const client = openPlatform({ url });
  closing.push(() => client.close());
  const session = await client.login(admin.login, admin.password);
  const manifest = await openManifest(folder, { runId: "base", url });
  closing.push(() => manifest.close(true));
  const fleet = await openFleet({
    session,
    manifest,
    repositoryUrl: "https://git.example/pepeunit/universal_test_unit.git",
    log: () => undefined,
    signal,
  });
  await fleet.grow(UNITS, () => undefined);
  const { units } = fleet;
  const shards = await openThreads(threads, {
    seed: 3,
    clockOriginMs: monotonicOriginMs(() => systemClock.now()),
    units: { runTag: RUN_TAG, payloadBytes: 64 },
    connect: {
      host: "127.0.0.1",
      port: Number(new URL(sandbox.ready.mqtt).port),
      tls: false,
      serverName: "127.0.0.1",
      keepAliveSec: 60,
      maxInflight: 20,
      connectsPerSec: 20,
      connectTimeoutMs: 10_000,
      qos: 1,
    },
  });
  const identities = units.map((unit) => ({
    ...unit,
    clientId: unit.uuid,
    username: unit.token,
    password: "",
  }));
  const source = {
    maxUnits: UNITS,
    ensure: (count: number) => Promise.resolve(identities.slice(0, count)),
  };
  const crew = new Crew({ shards, source, clock: systemClock, connectsPerSec: 20 });
  closing.push(() => crew[Symbol.asyncDispose]());
  await crew.connect(UNITS, signal);
  const { repo_uuid } = await session.units.get(units[0]?.uuid ?? "");
  const reader = new BaseReader(baseSource(session, repo_uuid, () => units));
  const reading = new BaseReading({
    reader,
    clock: systemClock,
    runTag: RUN_TAG,
    everyMs: 100,
    loggers: LOGGERS,
    uuidOf: (unit) => units[unit]?.uuid,
  });
  await reading.prepare(UNITS);
  const stop = new AbortController();
  const tell = (seen: Parameters<Crew["arrived"]>[0]["seen"]) =>
    crew.arrived({ axis: "base", seen });
  const ended = reading.read(UNITS, tell, stop.signal);
  closing.push(() => {
    stop.abort();
    return ended;
  });
  return crew;
}

async function drive(crew: Crew, mix: BaseMix, stepNumber: number) {
  const driven = await crew.drive({ work: workOf(mix), step, stepNumber, objective }, signal);
  const [trial] = toTrials(driven, step, { runId: "r", objective, stepNumber, firstIndex: 0 });
  return trial;
}

describe("base messages on an instance", () => {
  test.each([1, 2])("are seen by REST each once, sent by %i threads", async (threads) => {
    const crew = await instance(threads);
    // Eight states, one of each Unit, and two log entries.
    const trial = await drive(crew, { states: 4, logs: 1 }, 0);
    const whole = { planned: 10, sent: 10, lost: 0, errors: 0, unsent: 0, duplicated: 0 };
    expect(trial).toMatchObject({ ...whole, reordered: 0, acknowledged: 10, pending: 0 });
    expect((trial?.good ?? 0) + (trial?.late ?? 0)).toBe(10);
    expect(await crew.resting("base", signal)).toHaveLength(UNITS);
  });

  test("are no loss of the target's where a Unit's minute is not over: our own window is void", async () => {
    const crew = await instance(1);
    await drive(crew, { states: 1, logs: 0 }, 0);
    const trial = await drive(crew, { states: 1, logs: 0 }, 1);
    expect(trial).toMatchObject({ sent: 0, lost: 0, unsent: 10, verdict: "invalid" });
    expect(trial?.errorClasses).toEqual({ resting: 10 });
    const logged = await drive(crew, { states: 0, logs: 1 }, 2);
    expect(logged).toMatchObject({ sent: 10, lost: 0, errors: 0 });
  });

  test("are primed by a first state that must be seen, which begins the Unit's minute", async () => {
    const crew = await instance(1);
    const work = workOf({ states: 10, logs: 1 });
    const primed = await crew.primeWritten({ work, primesPerSec: 1000, mostOut: 2 }, signal);
    expect(primed).toEqual({ fresh: UNITS + LOGGERS, silent: 0 });
    expect(await crew.resting("base", signal)).toHaveLength(UNITS);
  });
});
