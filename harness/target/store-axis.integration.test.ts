import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type SandboxOptions, startSandbox } from "#compose/embedded/sandbox/start.ts";
import { Objective } from "#grader/contracts/objective.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import type { LoadStep } from "../engine/measure-step.ts";
import { makePlan } from "../plan/plan.ts";
import { Scenario } from "../scenario/schema.ts";
import { openInstanceTarget } from "./instance-target.ts";

const { signal } = new AbortController();
const FLUSH_MS = 200;
const LIMITS = { maxUnits: 20, connectsPerSec: 500 } as const;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** The store of an instance that flushes often, as fast as that may be read back. */
const scenario = Scenario.parse({
  id: "store",
  about: "store",
  axis: "store",
  load: { start: 40, floor: 4 },
  coolMs: 0,
  arrivals: "poisson",
  message: { payloadBytes: 32, qos: 1, perUnitPerSec: 15 },
  nodes: { perNodePerSec: 4, least: 10, most: 10 },
  flushMs: FLUSH_MS,
  readEveryMs: 200,
});
const objective = Objective.parse({ axis: "store", deadlineMs: 2000, maxLostRatio: 0.001 });

const step: LoadStep = {
  kind: "load",
  phase: "wave",
  load: 40,
  settleMs: 200,
  windowMs: 2000,
  windows: 1,
  curtail: false,
  growthRule: false,
};

/** One window of the axis on a sandbox, its Units provisioned and primed. */
async function window(options: Partial<SandboxOptions>): Promise<Trial> {
  const sandbox = await startSandbox({
    port: 0,
    mqttPort: 0,
    capacity: {},
    limits: { connectsPerSec: 1000 },
    dataPipe: { flushMs: FLUSH_MS },
    ...options,
  });
  closing.push(() => sandbox.close());
  const manifestDir = await mkdtemp(join(tmpdir(), "loadstone-store-"));
  closing.push(() => rm(manifestDir, { recursive: true }));
  const { url, admin } = sandbox.ready;
  const plan = makePlan({
    targetKind: "instance",
    depth: "glance",
    seed: 5,
    axes: ["store"],
    scenarios: [scenario],
    objectives: [objective],
    ...LIMITS,
    harmCeilingSec: 60,
  });
  const { hostname, port } = new URL(url);
  const target = await openInstanceTarget({
    target: {
      kind: "instance",
      url,
      address: hostname,
      family: 4,
      hostname,
      port: Number(port),
      isPrivate: true,
    },
    plan,
    // No faster than the slow one stores: what is dropped is published again much later.
    context: { ...LIMITS, runId: "store", seed: 5, primesPerSec: 10, onProgress: () => {} },
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
  const [axis] = plan.axes;
  if (axis === undefined) throw new Error("no axis");
  const measurer = await target.openAxis(axis, signal);
  closing.push(async () => measurer[Symbol.asyncDispose]());
  await measurer.prepare(step.load, signal);
  const context = { runId: "store", stepNumber: 0, firstIndex: 0, signal };
  const { trials } = await measurer.measure(step, context);
  await measurer.drain({ kind: "drain", quietMs: 0, maxMs: 5000 }, context);
  const [trial] = trials;
  if (trial === undefined) throw new Error("no window was driven");
  return trial;
}

test("every reading of ten nodes is read back as it was sent", async () => {
  const trial = await window({});
  expect(trial).toMatchObject({ axis: "store", lost: 0, errors: 0, unsent: 0, duplicated: 0 });
  expect(trial.planned).toBeGreaterThan(50);
  expect(trial.good + trial.late).toBe(trial.planned);
  expect(trial.acknowledged).toBe(trial.planned);
});

test("readings that the DataPipe drops in silence are lost, where rows are kept", async () => {
  const trial = await window({ capacity: { store: 20 }, serviceFaults: { gate: "policer" } });
  expect(trial.verdict).not.toBe("good");
  expect(trial.lost + trial.pending).toBeGreaterThan(0.15 * trial.planned);
  expect(trial.good + trial.late).toBeGreaterThan(0.3 * trial.planned);
});
