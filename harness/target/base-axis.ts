import { stateShare } from "../axes/base-mix.ts";
import { BaseReading } from "../axes/base-reading.ts";
import { planRests, stateRestMs, STATE_EVERY_MS } from "../axes/base-rest.ts";
import type { Crew } from "../axes/crew.ts";
import { WrittenEngine } from "../axes/written-engine.ts";
import type { WrittenWork } from "../axes/written-kind.ts";
import type { AxisMeasurer } from "../engine/axis-measurer.ts";
import type { LoadStep } from "../engine/measure-step.ts";
import { SlotMeasurer, type SlotMeasurerOptions } from "../engine/slot-measurer.ts";
import { LoadstoneError } from "../errors.ts";
import type { Clock } from "../load/clock.ts";
import { hashName } from "../load/random.ts";
import { baseLoggersFor, baseUnitsFor, NEXT_WAVE } from "../plan/base-units.ts";
import type { AxisPlan } from "../plan/plan.ts";
import { BaseReader } from "../platform/base-reader.ts";
import { baseSource } from "../platform/base-source.ts";
import type { FleetUnit } from "../platform/fleet-units.ts";
import type { PlatformSession } from "../platform/session.ts";
import type { ScenarioOf } from "../scenario/schema.ts";
import type { BrokerAddress } from "./mqtt-axes.ts";
import type { TargetContext } from "./target.ts";

export interface BaseAxisOptions {
  readonly plan: AxisPlan;
  readonly scenario: ScenarioOf<"base">;
  readonly crew: Crew;
  readonly address: BrokerAddress;
  readonly session: PlatformSession;
  /** The run's Units made so far; at least one. */
  readonly units: () => readonly FleetUnit[];
  readonly context: TargetContext;
  readonly clock: Clock;
}

/** First states that may be out: enough to keep a backend busy, too few to bury a slow one. */
const PRIMES_OUT = 20;
/** The slowest backend that is still waited for takes a first state in this time. */
const PRIME_EACH_MS = 1000;
/** Share of a rest that is used to make more Units ready. */
const WHILE_RESTING = 0.7;
/** A wait worth telling of. */
const TOLD_MS = 2000;
/** A random schedule has no more messages than its mean and so many deviations. */
const DEVIATIONS = 4;

/** State and log messages of Units, done when REST shows what the backend made of them. */
export async function baseMeasurer(options: BaseAxisOptions): Promise<AxisMeasurer> {
  const { plan, scenario, crew, address, context, clock } = options;
  const { objective, search, pace } = plan;
  const { message } = scenario;
  const { readMs, payloadBytes, qos } = message;
  const traffic = { mix: message, logsPerUnitPerSec: message.logsPerUnitPerSec };
  const loggers = baseLoggersFor(search.maxLoad, traffic, context.maxUnits);
  const { commit, stateEveryMs, repoUuid } = await describeUnits(options);
  const runTag = hashName(context.runId);
  const base = { mix: message, loggers, commit, stateEveryMs };
  const pairs = 2 * Math.ceil(loggers / 2);
  const reading = new BaseReading({
    clock,
    runTag,
    loggers,
    everyMs: readMs,
    reader: new BaseReader(baseSource(options.session, repoUuid, options.units)),
    uuidOf: (unit) => options.units()[unit]?.uuid,
  });
  let most = 0;
  const engine = new WrittenEngine("base", {
    crew,
    objective,
    clock,
    reader: reading,
    // Units that are there go on resting and sending, also when the load is less than it was.
    unitsFor: (load) =>
      (most = Math.max(most, baseUnitsFor(load, traffic, context.maxUnits, stateEveryMs), pairs)),
    moreUnits: (load, { fresh, tookMs }) => {
      // While the first ones rest in any case, others may be made ready for the waves to come.
      const restMs = Math.max(0, stateRestMs(stateEveryMs) - tookMs);
      const meanwhile = most + 2 * Math.floor((fresh * restMs * WHILE_RESTING) / tookMs / 2);
      const wanted = baseUnitsFor(NEXT_WAVE * load, traffic, context.maxUnits, stateEveryMs);
      return (most = Math.max(most, fresh === 0 ? 0 : Math.min(wanted, meanwhile)));
    },
    work: {
      arrivals: scenario.arrivals,
      ...(pace === undefined ? {} : { pace }),
      payloadBytes,
      qos,
      runTag,
      flushMs: readMs,
      base,
    },
    beforeStep: (units, step, signal) => rest(options, base, units, step, signal),
    settleMs: 2 * readMs,
    primesPerSec: context.connectsPerSec,
    primesOut: PRIMES_OUT,
    primeEachMs: PRIME_EACH_MS,
    silence: {
      what: "first states and log entries nothing was to be read by REST",
      hint: "check that the backend is subscribed to the broker and takes what Units send, and that nothing else loads it",
    },
    address: `${address.host}:${address.port}`,
    onProgress: context.onProgress,
  });
  return new BaseMeasurer({ engine, objective, clock }, () =>
    context.onProgress(reading.costInWords()),
  );
}

class BaseMeasurer extends SlotMeasurer {
  readonly #atEnd: () => void;

  constructor(options: SlotMeasurerOptions, atEnd: () => void) {
    super(options);
    this.#atEnd = atEnd;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    this.#atEnd();
  }
}

/** Waits until the Units that a step needs may send, and says in which order. */
async function rest(
  { crew, clock, plan, context }: BaseAxisOptions,
  base: NonNullable<WrittenWork["base"]>,
  units: number,
  step: LoadStep,
  signal: AbortSignal,
): Promise<Partial<WrittenWork>> {
  const statesPerSec = step.load * stateShare(base.mix);
  if (statesPerSec === 0) return {};
  const mean = (statesPerSec * (step.settleMs + step.windows * step.windowMs)) / 1000;
  const { order, startMs } = planRests({
    units,
    resting: await crew.resting("base", signal),
    nowMs: clock.now(),
    statesPerSec,
    states: mean + DEVIATIONS * Math.sqrt(mean),
    restMs: stateRestMs(base.stateEveryMs),
    deadlineMs: plan.objective.deadlineMs,
  });
  const waitMs = startMs - clock.now();
  if (waitMs > TOLD_MS) {
    const everySec = base.stateEveryMs / 1000;
    context.onProgress(
      `resting ${Math.ceil(waitMs / 1000)} s: a Unit may send a state every ${everySec} s, and there are ${units}`,
    );
  }
  await clock.sleepUntil(startMs, signal);
  return { base: { ...base, order } };
}

/** What the instance says of the Units' program, and how often it takes a state. */
async function describeUnits({ session: user, units }: BaseAxisOptions) {
  const [unit] = units();
  if (unit === undefined) throw new Error("an axis was opened before its Units");
  const session = user.asUnit(unit.token);
  const env = await session.units.env(unit.uuid);
  const { PU_COMMIT_VERSION: commit, PU_STATE_SEND_INTERVAL: everySec } = env;
  if (commit === undefined) {
    throw new LoadstoneError("TARGET_ANSWER_INVALID", "no Unit's env names its PU_COMMIT_VERSION", {
      hint: "states carry it: check that the instance's version is 1.2 or later",
    });
  }
  const { repo_uuid: repoUuid } = await session.units.get(unit.uuid);
  const stateEveryMs = everySec === undefined ? STATE_EVERY_MS : everySec * 1000;
  return { commit, stateEveryMs, repoUuid };
}
