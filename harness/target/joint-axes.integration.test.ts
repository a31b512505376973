import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type SandboxOptions, startSandbox } from "#compose/embedded/sandbox/start.ts";
import type { AxisId } from "#grader/contracts/axis.ts";
import { Objective } from "#grader/contracts/objective.ts";
import { badCount, Trial } from "#grader/contracts/trial.ts";
import type { LoadStep } from "../engine/measure-step.ts";
import { makePlan } from "../plan/plan.ts";
import { Scenario } from "../scenario/schema.ts";
import { openInstanceTarget } from "./instance-target.ts";

const { signal } = new AbortController();
const FLUSH_MS = 200;
const UNITS = 100;
const LIMITS = { maxUnits: UNITS, connectsPerSec: 500 } as const;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const common = { load: { start: 10, floor: 1 }, coolMs: 0, arrivals: "poisson" } as const;
const SCENARIOS = [
  {
    id: "link",
    about: "link",
    axis: "link",
    load: common.load,
    coolMs: 0,
    connectDeadlineMs: 5000,
  },
  {
    id: "relay",
    about: "relay",
    axis: "relay",
    ...common,
    message: { payloadBytes: 64, qos: 1, perUnitPerSec: 15, inflight: 20 },
  },
  {
    id: "store",
    about: "store",
    axis: "store",
    ...common,
    message: { payloadBytes: 32, qos: 1, perUnitPerSec: 15 },
    nodes: { perNodePerSec: 1, least: 20, most: 20 },
    flushMs: FLUSH_MS,
    readEveryMs: 500,
  },
  {
    id: "api",
    about: "api",
    axis: "api",
    ...common,
    requests: { objects: 10, connections: 8, timeoutMs: 5000 },
  },
].map((scenario) => Scenario.parse(scenario));
const objectives = SCENARIOS.map(({ axis }) =>
  Objective.parse({ axis, deadlineMs: 1500, maxLostRatio: 0.001 }),
);

const step: LoadStep = {
  kind: "load",
  phase: "wave",
  load: UNITS,
  settleMs: 500,
  windowMs: 3000,
  windows: 1,
  curtail: false,
  growthRule: false,
};

/** One joint window on a sandbox, its Units provisioned, connected and primed. */
async function window(options: Pick<SandboxOptions, "capacity" | "jointRatio">): Promise<Trial> {
  const sandbox = await startSandbox({
    port: 0,
    mqttPort: 0,
    limits: { connectsPerSec: 1000 },
    dataPipe: { flushMs: FLUSH_MS },
    ...options,
  });
  closing.push(() => sandbox.close());
  const manifestDir = await mkdtemp(join(tmpdir(), "loadstone-joint-"));
  closing.push(() => rm(manifestDir, { recursive: true }));
  const plan = makePlan({
    targetKind: "instance",
    depth: "glance",
    seed: 5,
    harmCeilingSec: 60,
    joint: true,
    axes: SCENARIOS.map(({ axis }) => axis),
    scenarios: SCENARIOS,
    objectives,
    ...LIMITS,
  });
  const { url, admin } = sandbox.ready;
  const { hostname, port } = new URL(url);
  const address = { hostname, address: hostname, family: 4, port: Number(port) } as const;
  const target = await openInstanceTarget({
    target: { kind: "instance", url, ...address, isPrivate: true },
    plan,
    context: { ...LIMITS, runId: "joint", seed: 5, primesPerSec: 20, onProgress: () => {} },
    env: { LOADSTONE_LOGIN: admin.login, LOADSTONE_PASSWORD: admin.password },
    manifestDir,
    repositoryUrl: "https://git.example/pepeunit/universal_test_unit.git",
    lookup: () => Promise.resolve([]),
    signal,
    hurry: signal,
    sandboxState: undefined,
  });
  closing.push(async () => {
    await target.cleanUp();
    await target[Symbol.asyncDispose]();
  });
  if (plan.joint === undefined) throw new Error("no joint run was planned");
  const measurer = await target.openJoint(plan.joint, plan.axes, signal);
  closing.push(async () => measurer[Symbol.asyncDispose]());
  await measurer.prepare(step.load, signal);
  const context = { runId: "joint", stepNumber: 0, firstIndex: 0, signal };
  const { trials } = await measurer.measure(step, context);
  const { observation } = await measurer.drain(
    { kind: "drain", quietMs: 0, maxMs: 30_000 },
    { ...context, stepNumber: 1, firstIndex: 1 },
  );
  expect(observation).toMatchObject({ drained: true });
  const [trial] = trials;
  if (trial === undefined) throw new Error("no window was driven");
  return Trial.parse(trial);
}

const partOf = ({ parts = [] }: Trial, axis: AxisId) => {
  const part = parts.find((one) => one.axis === axis);
  if (part === undefined) throw new Error(`no part of ${axis}`);
  return part;
};

test("all axes are loaded at once, and every message is accounted for", async () => {
  const trial = await window({ capacity: {} });
  expect(trial.parts?.map(({ axis }) => axis)).toEqual(["link", "relay", "store", "api"]);
  expect(partOf(trial, "link")).toMatchObject({ load: UNITS, good: UNITS, lost: 0 });
  expect(partOf(trial, "relay").planned).toBeGreaterThan(10);
  expect(partOf(trial, "store").planned).toBeGreaterThan(30);
  for (const { axis, planned, good, late } of trial.parts ?? []) {
    expect({ axis, arrived: good + late }).toEqual({ axis, arrived: planned });
  }
  expect(trial.good + badCount(trial)).toBe(trial.intended);
});

test("axes that share what serves them miss together what each holds alone", async () => {
  // 10 and 20 messages a second: 95 % of what each may take, and twice what both may.
  const trial = await window({ capacity: { relay: 10.5, store: 21 }, jointRatio: 1 });
  const late = (["relay", "store"] as const).map((axis) => partOf(trial, axis)).map(badCount);
  expect(Math.max(...late)).toBeGreaterThan(10);
  expect(trial.verdict).not.toBe("good");
  expect(partOf(trial, "link")).toMatchObject({ good: UNITS });
});
