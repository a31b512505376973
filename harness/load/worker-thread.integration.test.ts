import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Objective } from "#grader/contracts/objective.ts";
import { Crew } from "../axes/crew.ts";
import { brokerUnits } from "../axes/unit-source.ts";
import type { DrivenStep, LoadStep } from "../engine/measure-step.ts";
import { toTrials } from "../measure/to-trial.ts";
import type { Arrivals } from "../plan/pace.ts";
import { constantPace, poissonPace } from "../plan/pacer.ts";
import { ENVELOPE_BYTES, type Envelope, readEnvelope } from "../transport/envelope.ts";
import { monotonicOriginMs } from "./aligned-clock.ts";
import { systemClock } from "./clock.ts";
import type { WorkerSetup } from "./protocol.ts";
import { hashName, seededRandom } from "./random.ts";
import { openThreads } from "./threads.ts";
import { WorkerThread } from "./worker-thread.ts";
import { startAedes } from "../transport/mqtt/aedes.suite.ts";

const UNITS = 10;
const SEED = 11;
const STEP_NUMBER = 2;
const RUN_TAG = 77;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const objective: Objective = {
  axis: "relay",
  deadlineMs: 1000,
  maxBadRatio: 0.01,
  maxLostRatio: 0.01,
  maxGrowthRatio: 0.01,
  growthSlack: 10,
};

const step: LoadStep = {
  kind: "load",
  phase: "wave",
  load: 200,
  settleMs: 500,
  windowMs: 3000,
  windows: 2,
  curtail: true,
  growthRule: false,
};

/** A broker in this thread that writes down what it was sent, and can be made to keep it a while. */
async function openBroker() {
  const sent: Envelope[] = [];
  const kept: (() => void)[] = [];
  const waiting: { readonly count: number; readonly reached: () => void }[] = [];
  const hold = { fromMs: Infinity, untilMs: Infinity };
  const { port, stop } = await startAedes({
    authorizePublish: (_client, packet, done) => {
      const payload = Buffer.from(packet.payload);
      const envelope = { run: 0, step: 0, slot: 0, stream: 0, sequence: 0, intendedAtMs: 0 };
      readEnvelope(payload, 0, Math.max(ENVELOPE_BYTES, payload.length), envelope);
      if (envelope.step > 0) sent.push(envelope);
      for (const { count, reached } of waiting) if (sent.length >= count) reached();
      const now = systemClock.now();
      if (now < hold.fromMs || now >= hold.untilMs) {
        done(null);
        return;
      }
      if (kept.length === 0) {
        void systemClock.sleepUntil(hold.untilMs).then(() => {
          for (const release of kept.splice(0)) release();
        });
      }
      kept.push(() => done(null));
    },
  });
  closing.push(stop);
  const hasSent = (count: number) =>
    new Promise<void>((reached) => {
      waiting.push({ count, reached });
    });
  return { port, sent, hold, hasSent };
}

const setupFor = (port: number): Omit<WorkerSetup, "share"> => ({
  seed: SEED,
  clockOriginMs: monotonicOriginMs(() => systemClock.now()),
  units: { runTag: RUN_TAG, payloadBytes: 64 },
  connect: {
    host: "127.0.0.1",
    port,
    tls: false,
    serverName: "127.0.0.1",
    keepAliveSec: 60,
    maxInflight: 1000,
    connectsPerSec: 1000,
    connectTimeoutMs: 10_000,
    qos: 1,
  },
});

/** So many real threads, their Units connected. */
async function openCrew(workers: number, port: number): Promise<Crew> {
  const shards = await openThreads(workers, setupFor(port));
  const source = brokerUnits("threads", UNITS, {});
  const crew = new Crew({ shards, source, clock: systemClock, connectsPerSec: 1000 });
  closing.push(() => Promise.resolve(crew[Symbol.asyncDispose]()));
  await crew.connect(UNITS, new AbortController().signal);
  expect(crew.connected).toBe(UNITS);
  return crew;
}

const relay = (arrivals: Arrivals) => ({ axis: "relay", units: UNITS, arrivals }) as const;

function trialsOf(driven: DrivenStep, asked: LoadStep) {
  const context = { runId: "r", objective, stepNumber: STEP_NUMBER, firstIndex: 0 };
  return toTrials(driven, asked, context);
}

/** What the seed says must have been sent of a step whose segments ran from and to these times. */
function expectedLines(
  arrivals: Arrivals,
  segments: readonly { readonly startedAtMs: number; readonly endedAtMs: number }[],
): string[] {
  const pacer = arrivals === "poisson" ? poissonPace : constantPace;
  const sequences = new Map<number, number>();
  const lines: string[] = [];
  let turn = 0;
  for (const [number, { startedAtMs, endedAtMs }] of segments.entries()) {
    const durationMs = number === 0 ? step.settleMs : step.windowMs;
    const random = seededRandom(SEED, hashName("relay"), STEP_NUMBER, number);
    for (const offset of pacer(step.load, durationMs, random)) {
      const unit = turn++ % UNITS;
      if (startedAtMs + offset >= endedAtMs) continue;
      const sequence = sequences.get(unit) ?? 0;
      sequences.set(unit, sequence + 1);
      lines.push(line(unit, sequence, startedAtMs + offset));
    }
  }
  return lines.sort();
}

const line = (unit: number, sequence: number, atMs: number): string =>
  `${Math.round(atMs * 1000)} ${unit} ${sequence}`;

describe("worker threads", () => {
  test.each([1, 2, 3, 4])(
    "%i of them send one schedule, through a window that is cut short",
    async (workers) => {
      const broker = await openBroker();
      const crew = await openCrew(workers, broker.port);
      const begun = systemClock.now();
      // Late messages at the first window's begin fix its verdict, then all is well again.
      broker.hold.fromMs = begun + 700;
      broker.hold.untilMs = begun + 1900;
      const work = relay("poisson");
      const driven = await crew.drive(
        { work, step, stepNumber: STEP_NUMBER, objective },
        new AbortController().signal,
      );
      const [first, second] = driven.windows.map(({ segment }) => segment);
      if (first === undefined || second === undefined) throw new Error("a window is missing");
      expect(driven.windows.map(({ curtailed }) => curtailed)).toEqual([true, false]);
      // The look at which the verdict stood, a second more, and the time a cut takes.
      expect(first.endedAtMs - first.startedAtMs).toBeCloseTo(2600, 6);
      expect(second.endedAtMs - second.startedAtMs).toBeCloseTo(step.windowMs, 6);
      const settle = {
        startedAtMs: first.startedAtMs - step.settleMs,
        endedAtMs: first.startedAtMs,
      };
      const lines = broker.sent.map((e) => line(e.stream, e.sequence, e.intendedAtMs)).sort();
      expect(lines.join("\n")).toBe(expectedLines("poisson", [settle, first, second]).join("\n"));
      const trials = trialsOf(driven, step);
      const planned = trials.map((trial) => trial.planned);
      expect(planned).toEqual(
        [1, 2].map((number) => {
          const random = seededRandom(SEED, hashName("relay"), STEP_NUMBER, number);
          return poissonPace(step.load, step.windowMs, random).length;
        }),
      );
      for (const t of trials) {
        expect(t.good + t.late + t.lost + t.errors + t.unsent + t.pending).toBe(t.intended);
        expect(t.sent).toBe(t.intended);
      }
    },
  );

  test.each([1, 2, 3, 4])("%i of them send evenly, and count alike", async (workers) => {
    const broker = await openBroker();
    const crew = await openCrew(workers, broker.port);
    const asked = { ...step, settleMs: 0, windowMs: 1000, windows: 1 };
    const { signal } = new AbortController();
    const work = relay("constant");
    const driven = await crew.drive(
      { work, step: asked, stepNumber: STEP_NUMBER, objective },
      signal,
    );
    const [trial] = trialsOf(driven, asked);
    expect(trial).toMatchObject({ planned: 200, intended: 200, sent: 200, acknowledged: 200 });
    expect(trial?.latencyMs?.count).toBe(200);
    const startedAtMs = driven.windows[0]?.segment.startedAtMs ?? 0;
    const lines = broker.sent.map((e) => line(e.stream, e.sequence, e.intendedAtMs));
    const expected = Array.from({ length: 200 }, (_, i) =>
      line(i % UNITS, Math.floor(i / UNITS), startedAtMs + i * 5),
    );
    expect(lines.sort()).toEqual(expected.sort());
    const second = await crew.takeSecond("relay");
    expect(second).toMatchObject({ intended: 200, sent: 200, delivered: 200, inFlight: 0 });
    expect(await crew.out("relay", signal)).toEqual({ inFlight: 0, pending: 0 });
  });

  test("stopped by hand end the step at once, with what they have", async () => {
    const broker = await openBroker();
    const crew = await openCrew(2, broker.port);
    const stop = new AbortController();
    const asked = { ...step, settleMs: 0, windowMs: 60_000, windows: 1 };
    const driving = crew.drive(
      { work: relay("poisson"), step: asked, stepNumber: STEP_NUMBER, objective },
      stop.signal,
    );
    await broker.hasSent(50);
    stop.abort(new Error("by hand"));
    const { windows } = await driving;
    expect(windows).toHaveLength(1);
    expect(windows[0]).toMatchObject({ curtailed: true });
    expect(windows[0]?.segment.slots).toBeGreaterThanOrEqual(50);
  });

  test("stopped by hand give up connecting and say why", async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket));
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    closing.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
    });
    const address = silent.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const shards = await openThreads(2, setupFor(address.port));
    const source = brokerUnits("threads", UNITS, {});
    const crew = new Crew({ shards, source, clock: systemClock, connectsPerSec: 1000 });
    closing.push(() => Promise.resolve(crew[Symbol.asyncDispose]()));
    const stop = new AbortController();
    silent.once("connection", () => stop.abort(new Error("by hand")));
    await expect(crew.connect(UNITS, stop.signal)).rejects.toThrow("by hand");
  });
});

/** A thread that says it is ready, then does as told when it is asked for something. */
const threadThat = (does: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(
      `import { parentPort } from "node:worker_threads";
       parentPort.postMessage({ kind: "ready" });
       parentPort.once("message", () => { ${does} });`,
    )}`,
  );

describe("a worker thread", { timeout: 20_000 }, () => {
  const setup = { ...setupFor(1), share: { index: 0, of: 1 } };
  const { signal } = new AbortController();

  test.each([
    ["throws", "throw new Error('out of order')", "out of order"],
    ["ends", "process.exit(3)", "ended with code 3"],
  ])(
    "that %s fails what was asked of it, and all that is asked later",
    async (_name, does, why) => {
      const thread = await WorkerThread.open(setup, threadThat(does));
      closing.push(() => thread[Symbol.asyncDispose]());
      const failure = { code: "WORKER_FAILED", message: expect.stringContaining(why) as string };
      await expect(thread.missing(2, signal)).rejects.toMatchObject(failure);
      await expect(thread.out("relay", signal)).rejects.toMatchObject(failure);
    },
  );

  test("that cannot even start is an error, not a wait", async () => {
    const nowhere = new URL("./no-such-worker.mjs", import.meta.url);
    await expect(WorkerThread.open(setup, nowhere)).rejects.toMatchObject({
      code: "WORKER_FAILED",
    });
  });

  test("counts connects that fail, with the first one's class", async () => {
    const thread = await WorkerThread.open(setup);
    closing.push(() => thread[Symbol.asyncDispose]());
    const order = { count: 2, startMs: 0, gapMs: 1, places: [] };
    await thread.give(await brokerUnits("one", 2, {}).ensure(2, signal), signal);
    const summary = await thread.connect(order, signal);
    expect(summary).toEqual({ connected: 0, failed: 2, firstError: "refused" });
  });
});
