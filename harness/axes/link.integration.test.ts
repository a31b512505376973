import { afterEach, describe, expect, test } from "vitest";
import type { Objective } from "#grader/contracts/objective.ts";
import { Trial } from "#grader/contracts/trial.ts";
import type { LoadStep } from "../engine/measure-step.ts";
import { systemClock } from "../load/clock.ts";
import type { OpenProbe, ProcessProbe } from "../measure/generator-health.ts";
import { Workspace } from "../transport/mqtt/workspace.ts";
import { Crew } from "./crew.ts";
import { LinkMeasurer } from "./link.ts";
import { UnitShard } from "./unit-shard.ts";
import { brokerUnits, type Share, type UnitSource } from "./unit-source.ts";
import { startAedes } from "../transport/mqtt/aedes.suite.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A broker that refuses all clients after the first `limit`. */
async function startBroker(limit: number): Promise<{ port: number }> {
  let admitted = 0;
  const { port, stop } = await startAedes({
    authenticate: (_client, _username, _password, done) => done(null, admitted++ < limit),
  });
  closing.push(stop);
  return { port };
}

const objective: Objective = {
  axis: "link",
  deadlineMs: 1000,
  maxBadRatio: 0.01,
  maxLostRatio: 0.001,
  maxGrowthRatio: 0.01,
  growthSlack: 10,
};

const calmProbe = (stallMs = 0): ProcessProbe => ({
  cpuMs: () => 0,
  takeLoopDelayMs: () => stallMs,
  rssBytes: () => 0,
  [Symbol.dispose]: () => {},
});

interface LinkChange {
  readonly source?: UnitSource;
  readonly connectDeadlineMs?: number;
  readonly openProbe?: OpenProbe;
  readonly threads?: number;
}

/** Link over so many shards of Units, all of them in this thread. */
function open(port: number, change: LinkChange = {}) {
  const { source = brokerUnits("link-test", 20, {}), connectDeadlineMs = 2000 } = change;
  // A shared machine's own stalls are not what is tested here.
  const { openProbe = () => calmProbe(), threads = 1 } = change;
  const shards = Array.from({ length: threads }, (_, index) =>
    openShard(port, { index, of: threads }, openProbe),
  );
  const crew = new Crew({ shards, source, clock: systemClock, connectsPerSec: 1000 });
  const link = new LinkMeasurer({ crew, objective, clock: systemClock, connectDeadlineMs });
  closing.push(
    () => link[Symbol.asyncDispose](),
    () => crew[Symbol.asyncDispose](),
  );
  return { link, crew };
}

const openShard = (port: number, share: Share, openProbe: OpenProbe): UnitShard =>
  new UnitShard({
    share,
    openProbe,
    clock: systemClock,
    seed: 1,
    units: { runTag: 7, payloadBytes: 64 },
    connect: {
      host: "127.0.0.1",
      port,
      tls: false,
      serverName: "127.0.0.1",
      keepAliveSec: 60,
      maxInflight: 20,
      connectsPerSec: 1000,
      connectTimeoutMs: 5000,
      qos: 1,
      workspace: new Workspace({ now: () => systemClock.now() }),
    },
  });

const stepOf = (load: number): LoadStep => ({
  kind: "load",
  phase: "checkpoint",
  load,
  settleMs: 0,
  windowMs: 1000,
  windows: 1,
  curtail: false,
  growthRule: false,
});

async function hold(
  link: LinkMeasurer,
  load: number,
  signal: AbortSignal = new AbortController().signal,
) {
  await link.prepare(load, signal);
  const context = { runId: "link-test", stepNumber: 0, firstIndex: 0, signal };
  const { trials, observation } = await link.measure(stepOf(load), context);
  expect(trials).toHaveLength(1);
  return { trial: Trial.parse(trials[0]), observation };
}

describe("holding Units connected", () => {
  test("counts each good that connects, stays and is heard by its partner", async () => {
    const { port } = await startBroker(100);
    const { trial } = await hold(open(port).link, 6);
    expect(trial).toMatchObject({ axis: "link", load: 6, planned: 6, good: 6, verdict: "good" });
  });

  test("counts a refused Unit once, and its partner not at all", async () => {
    const { port } = await startBroker(5);
    const { trial, observation } = await hold(open(port).link, 8);
    expect(trial).toMatchObject({ planned: 8, good: 5, errors: 3, unsent: 0, pending: 0 });
    expect(Object.values(trial.errorClasses)).toEqual([3]);
    expect(trial.reason).toContain("of 8 Units 3 refused");
    expect(observation.windows[0]).toMatchObject({ good: false, valid: true, badRatio: 3 / 8 });
  });

  test("counts alike over several shards, each of which knows only its own Units", async () => {
    const { port } = await startBroker(7);
    const { trial } = await hold(open(port, { threads: 3 }).link, 10);
    expect(trial).toMatchObject({ planned: 10, good: 7, errors: 3, lost: 0, pending: 0 });
    expect(trial.reason).toContain("of 10 Units 3 refused");
  });

  test("ends early and bad when no Unit gets in", async () => {
    const { port } = await startBroker(0);
    const { trial } = await hold(open(port).link, 4);
    expect(trial).toMatchObject({ planned: 4, good: 0, errors: 4, verdict: "bad", hard: true });
  });

  test("blames slow connects on itself when it stalled meanwhile", async () => {
    const { port } = await startBroker(100);
    // Probes are opened for the connects, for the displays, and for the hold.
    const stallsMs = [500, 0, 0];
    const { link } = open(port, {
      connectDeadlineMs: 0,
      openProbe: () => calmProbe(stallsMs.shift()),
    });
    const { trial } = await hold(link, 4);
    expect(trial).toMatchObject({ late: 4, verdict: "invalid" });
    expect(trial.reason).toContain("while connecting");
  });

  test("has the Units made before the time that is measured", async () => {
    const { port } = await startBroker(100);
    const asked: string[] = [];
    const names = brokerUnits("link-test", 20, {});
    const source: UnitSource = {
      maxUnits: 20,
      ensure: (count, signal) => {
        asked.push(`${count}`);
        return names.ensure(count, signal);
      },
    };
    const { link, crew } = open(port, { source });
    await link.prepare(4, new AbortController().signal);
    expect([asked, crew.connected]).toEqual([["4"], 0]);
  });

  test("stopped by hand while connecting throws why", async () => {
    const { port } = await startBroker(100);
    const stop = new AbortController();
    const { link } = open(port);
    stop.abort(new Error("by hand"));
    await expect(hold(link, 4, stop.signal)).rejects.toThrow("by hand");
  });
});
