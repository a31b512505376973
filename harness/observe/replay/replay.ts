import { setMaxListeners } from "node:events";
import type { Quantiles } from "#grader/contracts/trial.ts";
import { sendTimes } from "#grader/profile/send-times.ts";
import { inParallel } from "../../platform/parallel.ts";
import { LoadstoneError } from "../../errors.ts";
import { type Clock, pause } from "../../load/clock.ts";
import { hashName, seededRandom } from "../../load/random.ts";
import { Histogram } from "../../measure/histogram.ts";
import { fillCounted } from "../../transport/counted-payload.ts";
import {
  carriesEnvelope,
  ENVELOPE_BYTES,
  prepareEnvelope,
  stampEnvelope,
} from "../../transport/envelope.ts";
import { MqttConnectError } from "../../transport/mqtt/errors.ts";
import { type MqttSession, openSession } from "../../transport/mqtt/session.ts";
import { Workspace } from "../../transport/mqtt/workspace.ts";
import type { ObservedTarget } from "../observed-target.ts";
import { BothSides, type TopicOutcome } from "./heard.ts";
import { type ReplayPlan, type ReplayTopic, replayTopic } from "./replay-plan.ts";

export interface ReplayOptions {
  readonly plan: ReplayPlan;
  readonly runId: string;
  readonly session: ObservedTarget["session"];
  readonly connectsPerSec: number;
  readonly clock: Clock;
  readonly say: (text: string) => void;
}

export interface ReplayOutcome {
  readonly topics: readonly TopicOutcome[];
  /** From the intended send time, of the messages that carried an envelope. */
  readonly latencyMs: Quantiles | null;
  /** Sent after it was due: our own share. */
  readonly latenessP99Ms: number;
  readonly seconds: number;
}

const CONNECTS_AT_ONCE = 64;
const DRAIN_MS = 5000;
const LOOK_MS = 20;
/** Sends due within this go out together. */
const TURN_MS = 1;
const SENDS_A_TURN = 500;
/** From the last connect to the beginning of the schedule. */
const LEAD_MS = 100;

/** Sends what so many Units of a profile would, and counts what the far side hears of it. */
export async function replay(options: ReplayOptions, signal: AbortSignal): Promise<ReplayOutcome> {
  const { plan, runId, clock } = options;
  const sides = new BothSides(plan, runId);
  // Each session that connects listens to it.
  const until = AbortSignal.any([signal]);
  setMaxListeners(0, until);
  const workspace = new Workspace();
  const listener = await listen(options, sides, workspace, signal);
  const sessions = await connect(options, workspace, until);
  options.say(`${sessions.length} Units of ${plan.profile.id} send`);
  const lateness = new Histogram();
  const startedAtMs = clock.now();
  try {
    await drive(options, sides, sessions, lateness, signal);
    const endMs = clock.now() + DRAIN_MS;
    while (sides.missing > 0 && clock.now() < endMs && !signal.aborted) {
      await pause(clock, LOOK_MS, signal).catch(() => undefined);
    }
    const seconds = (clock.now() - startedAtMs) / 1000;
    const latencyMs = sides.latency.quantiles() ?? null;
    return { topics: sides.outcomes(), latencyMs, latenessP99Ms: lateness.quantile(0.99), seconds };
  } finally {
    await Promise.all([...sessions, listener].map((session) => session.end()));
  }
}

const SILENT = { message: () => undefined, acknowledged: () => undefined, closed: () => undefined };
/** Unacknowledged publishes of one Unit: those of the platform's clients. */
const IN_FLIGHT = 20;

async function listen(
  { plan, runId, session, clock }: ReplayOptions,
  sides: BothSides,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<MqttSession> {
  const qos = plan.topics.reduce<0 | 1 | 2>(
    (most, topic) => (topic.qos > most ? topic.qos : most),
    0,
  );
  const message = (_: MqttSession, topic: string, buffer: Buffer, start: number, end: number) =>
    sides.hear(topic, buffer, start, end, clock.now());
  const clientId = `ls-${runId}-far`;
  const opened = await open(
    { ...session, clientId, cleanSession: true, workspace },
    { ...SILENT, message },
    signal,
  );
  const [code = 0x80] = await opened.subscribe([`loadstone/${runId}/#`], qos);
  if (code < 0x80) return opened;
  await opened.end();
  throw new LoadstoneError("LOGIN_REFUSED", `the broker refuses to tell of loadstone/${runId}/#`, {
    hint: "give LOADSTONE_MQTT_USERNAME a login that may subscribe to loadstone/#",
  });
}

async function open(...given: Parameters<typeof openSession>): Promise<MqttSession> {
  try {
    return await openSession(...given);
  } catch (cause) {
    if (!(cause instanceof MqttConnectError) || given[2]?.aborted === true) throw cause;
    const [{ host, port }] = given;
    throw new LoadstoneError("TARGET_UNREACHABLE", `${host}:${port}: ${cause.message}`, { cause });
  }
}

/** Connects at the pace asked for; a Unit hears what its neighbour tells it. */
function connect(
  options: ReplayOptions,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<MqttSession[]> {
  const { plan, runId, clock, connectsPerSec } = options;
  const startedAtMs = clock.now();
  const units = Array.from({ length: plan.units }, (_, unit) => unit);
  const inputs = plan.topics.filter(({ isInput }) => isInput);
  return inParallel(units, CONNECTS_AT_ONCE, async (unit) => {
    await clock.sleepUntil(startedAtMs + (unit * 1000) / connectsPerSec, signal);
    const session = await open(
      {
        ...options.session,
        clientId: `ls-${runId}-u${unit}`,
        cleanSession: true,
        keepAliveSec: Math.round(plan.profile.session.keepAlive / 1000),
        maxInflight: IN_FLIGHT,
        workspace,
      },
      SILENT,
      signal,
    );
    const topics = inputs.map((topic) => replayTopic(runId, unit, topic));
    if (topics.length > 0) await session.subscribe(topics, 1);
    return session;
  });
}

/** The schedule is absolute: what is late is sent late and what cannot be sent is counted. */
async function drive(
  { plan, runId, clock }: ReplayOptions,
  sides: BothSides,
  sessions: readonly MqttSession[],
  lateness: Histogram,
  signal: AbortSignal,
): Promise<void> {
  const { units, durationMs, speed, seed, topics } = plan;
  const random = (...names: readonly number[]) => seededRandom(seed, ...names.map((n) => n + 2));
  const startOfDayMs = clock.wall() % 86_400_000;
  const sends = sendTimes(plan.profile.topics, { units, durationMs, speed, random, startOfDayMs });
  const startMs = clock.now() + LEAD_MS;
  const run = hashName(runId);
  const touched = new Set<MqttSession>();
  const flush = () => {
    for (const session of touched) session.flush();
    touched.clear();
  };
  let inTurn = 0;
  for (const { atMs, unit, topic, bytes } of sends) {
    const dueMs = startMs + atMs;
    inTurn += 1;
    // Behind its time it still lets answers in now and then.
    if (dueMs > clock.now() + TURN_MS || inTurn >= SENDS_A_TURN) {
      flush();
      inTurn = 0;
      await clock.sleepUntil(dueMs, signal).catch(() => undefined);
      if (signal.aborted) return;
    }
    const about = topics[topic];
    // An Input is told by somebody else: the next Unit.
    const session = sessions[about?.isInput === true ? (unit + 1) % units : unit];
    if (about === undefined || session === undefined) continue;
    const sequence = sides.intend(unit, topic);
    const stream = sides.streamOf(unit, topic);
    const frame = { runId, run, unit, topic: about, bytes, stream, sequence, dueMs };
    if (publish(session, frame)) touched.add(session);
    else sides.fail(unit, topic);
    lateness.record(clock.now() - dueMs);
  }
  flush();
}

interface Frame {
  readonly runId: string;
  readonly run: number;
  readonly unit: number;
  readonly topic: ReplayTopic;
  readonly bytes: number;
  readonly stream: number;
  readonly sequence: number;
  readonly dueMs: number;
}

/** True when it is on its way. Small messages are counted; some of them carry an envelope. */
function publish(session: MqttSession, frame: Frame): boolean {
  const { runId, run, unit, topic, stream, sequence, dueMs } = frame;
  const isTold = carriesEnvelope(stream, sequence, topic.envelopeEvery);
  const bytes = isTold ? Math.max(ENVELOPE_BYTES, frame.bytes) : frame.bytes;
  const template = session.template(replayTopic(runId, unit, topic), topic.qos, bytes);
  if (bytes >= ENVELOPE_BYTES) {
    prepareEnvelope(template.payload, run, stream);
    stampEnvelope(template.payload, 0, 0, sequence, dueMs);
  } else fillCounted(template.payload, 0);
  return session.publish(template, sequence) === "sent";
}
