import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import type { Cut } from "../engine/conductor.ts";
import { type DrivenPart, StepPart } from "../engine/step-part.ts";
import type { Tally } from "../engine/tally.ts";
import type { Clock } from "../load/clock.ts";
import { hashName, seededRandom } from "../load/random.ts";
import { HealthWatch, type OpenProbe } from "../measure/generator-health.ts";
import { Histogram } from "../measure/histogram.ts";
import type { Ledger } from "../measure/ledger.ts";
import type { SecondPart } from "../measure/merge-seconds.ts";
import { SecondSampler } from "../measure/second-sampler.ts";
import { axisPacer } from "../plan/axis-pacer.ts";
import { evenPace, type Pacer } from "../plan/pacer.ts";
import { CanaryDriver } from "./canary.ts";
import { ConnectedUnits, type ConnectedUnitsOptions } from "./connected-units.ts";
import type { ConnectOutcome, ConnectPlan } from "./connections.ts";
import type { AxisDriver } from "./driver.ts";
import { type PrimeOrder, type PrimeOutcome, RelayDriver } from "./relay.ts";
import type {
  ConnectOrder,
  ConnectSummary,
  DriveOrder,
  DriveWork,
  HoldOrder,
  OutCount,
  Shard,
} from "./shard.ts";
import type { FaultOrder, KeepPlan } from "./session-control.ts";
import { UnitSessions } from "./unit-sessions.ts";
import { GivenUnits, isOf, partnerOf, type Share, type UnitIdentity } from "./unit-source.ts";
import { tallyUnits, type UnitTally } from "./unit-tally.ts";

/** What the Units of a run have in common, as plain data. */
export type UnitKind = Omit<ConnectedUnitsOptions, "source" | "clock" | "connect">;

export interface UnitShardOptions {
  readonly share: Share;
  readonly clock: Clock;
  readonly seed: number;
  readonly units: UnitKind;
  readonly connect: ConnectPlan;
  /** Our own thread, unless a test says otherwise. */
  readonly openProbe?: OpenProbe;
}

/** A share of the Units in this thread: connects them, and sends what is theirs of each step. */
export class UnitShard implements Shard {
  onTally: (tally: Tally) => void = () => {};
  readonly #options: UnitShardOptions;
  readonly #source = new GivenUnits();
  readonly #units: ConnectedUnits;
  readonly #relay: RelayDriver;
  readonly #canaries: CanaryDriver;
  readonly #sampler: SecondSampler;
  readonly #watch: HealthWatch;
  readonly #lateness = new Histogram();
  #driver: AxisDriver;
  #ledger: Ledger | undefined;
  #part: StepPart | undefined;
  #outcomes: readonly ConnectOutcome[] = [];
  #sessions: UnitSessions | undefined;

  constructor(options: UnitShardOptions) {
    const { share, clock, connect, openProbe } = options;
    const now = () => clock.now();
    this.#options = options;
    this.#units = new ConnectedUnits({
      ...options.units,
      source: this.#source,
      clock,
      // What comes back by itself is paced by each thread alone.
      connect: { ...connect, connectsPerSec: connect.connectsPerSec / share.of },
    });
    this.#relay = new RelayDriver(this.#units, share);
    this.#canaries = new CanaryDriver(this.#units, share);
    this.#driver = this.#relay;
    this.#sampler = new SecondSampler(now, openProbe);
    this.#watch = new HealthWatch(now, openProbe);
  }

  give(units: readonly UnitIdentity[]): Promise<void> {
    this.#source.give(units);
    return Promise.resolve();
  }

  missing(count: number, signal: AbortSignal): Promise<readonly number[]> {
    return this.#units.missing(count, signal);
  }

  async connect(order: ConnectOrder, signal: AbortSignal): Promise<ConnectSummary> {
    const places = new Map(order.places);
    const outcomes = await this.#units.connect(order.count, signal, {
      startMs: order.startMs,
      gapMs: order.gapMs,
      placeOf: (index) => places.get(index) ?? 0,
    });
    this.#outcomes = outcomes;
    const failures = outcomes.filter(({ connected }) => !connected);
    return {
      connected: this.#units.connected,
      failed: failures.length,
      firstError: failures[0]?.error,
    };
  }

  async reduce(count: number): Promise<number> {
    await this.#units.reduce(count);
    return this.#units.connected;
  }

  prime(order: PrimeOrder, signal: AbortSignal): Promise<PrimeOutcome> {
    this.#units.listen(this.#relay);
    return this.#relay.prime(order, signal);
  }

  paired(count: number): Promise<readonly number[]> {
    const indexes = Array.from({ length: count }, (_, index) => index);
    const isOpen = (index: number) => this.#units.isOpen(index);
    return Promise.resolve(indexes.filter((index) => isOpen(index) && isOpen(partnerOf(index))));
  }

  tally({ count, connectDeadlineMs }: HoldOrder): Promise<UnitTally> {
    const tally = tallyUnits({
      count,
      connectDeadlineMs,
      outcomes: this.#outcomes,
      owns: (index) => isOf(this.#options.share, index),
      isOpen: (index) => this.#units.isOpen(index),
      canary: (index) => this.#canaries.endOf(index),
    });
    return Promise.resolve(tally);
  }

  async drive(order: DriveOrder, signal: AbortSignal): Promise<DrivenPart> {
    const { clock, seed, openProbe } = this.#options;
    const { work, step, stepNumber, deadlineMs, startMs } = order;
    this.#driver = this.#driverFor(work);
    this.#part = new StepPart(step, stepNumber, {
      driver: this.#driver,
      deadlineMs,
      clock,
      signal,
      openProbe,
      pacer: pacerFor(work, seed),
      random: (segment) => seededRandom(seed, hashName(work.axis), stepNumber, segment),
      onLedger: (ledger) => this.#follow(ledger),
      onLateness: (ms) => this.#late(ms),
      onTally: (tally) => {
        this.onTally(tally);
        return undefined;
      },
    });
    return this.#part.drive(startMs);
  }

  cut(cut: Cut): void {
    this.#part?.cut(cut);
  }

  out(): Promise<OutCount> {
    const { pending } = this.#driver;
    return Promise.resolve({ inFlight: this.#ledger?.inFlight ?? 0, pending });
  }

  forget(): Promise<void> {
    this.#ledger?.loseAllInFlight();
    this.#driver.abandon();
    return Promise.resolve();
  }

  keep(plan: KeepPlan, signal: AbortSignal): Promise<void> {
    this.#sessions = new UnitSessions(this.#units);
    this.#sessions.keep(plan, signal);
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  disturb(order: FaultOrder): Promise<void> {
    this.#sessions?.begin(order);
    return Promise.resolve();
  }

  second(): Promise<SecondPart> {
    const unitsConnected = this.#units.connected;
    const sessions = this.#sessions?.counts();
    const faults = this.#sessions?.progress() ?? [];
    const counts = this.#sampler.take(unitsConnected);
    const lateness = this.#lateness.toValue();
    this.#lateness.clear();
    return Promise.resolve({ counts, lateness, unitsConnected, sessions, faults });
  }

  health(): Promise<GeneratorHealth> {
    const openSockets = this.#units.connected;
    return Promise.resolve(this.#watch.take({ intended: 0, unsent: 0, openSockets }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sampler[Symbol.dispose]();
    this.#watch[Symbol.dispose]();
    await this.#units[Symbol.asyncDispose]();
  }

  #driverFor(work: DriveWork): AxisDriver {
    if (work.axis === "relay") {
      this.#relay.useFirst(work.units);
      this.#units.listen(this.#relay);
      return this.#relay;
    }
    this.#canaries.senders = work.senders;
    this.#units.listen(this.#canaries);
    return this.#canaries;
  }

  #follow(ledger: Ledger): void {
    this.#ledger = ledger;
    this.#sampler.follow(ledger);
  }

  #late(ms: number): void {
    this.#sampler.lateness(ms);
    this.#lateness.record(ms);
  }
}

const pacerFor = (work: DriveWork, seed: number): Pacer =>
  work.axis === "relay" ? axisPacer(work.pace, work.arrivals, seed) : evenPace(work.senders.length);
