import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import type { Cut } from "../engine/conductor.ts";
import type { DrivenPart } from "../engine/step-part.ts";
import type { Clock } from "../load/clock.ts";
import { HealthWatch, type OpenProbe } from "../measure/generator-health.ts";
import type { SecondPart } from "../measure/merge-seconds.ts";
import type { Resting } from "./base-rest.ts";
import { CanaryDriver } from "./canary.ts";
import { ConnectedUnits, type ConnectedUnitsOptions, type UnitTraffic } from "./connected-units.ts";
import type { ConnectOutcome, ConnectPlan } from "./connections.ts";
import type { AxisDriver } from "./driver.ts";
import type { PrimeOutcome } from "./prime.ts";
import { type PrimeOrder, RelayDriver } from "./relay.ts";
import type {
  ConnectOrder,
  ConnectSummary,
  DriveOrder,
  DriveWork,
  HoldOrder,
  OnTally,
  OutCount,
  SeenBatch,
  Shard,
  WorkAxis,
  WrittenPrimeOrder,
} from "./shard.ts";
import { ShardWork } from "./shard-work.ts";
import { SharedTraffic } from "./shared-traffic.ts";
import type { FaultOrder, KeepPlan } from "./session-control.ts";
import { UnitSessions } from "./unit-sessions.ts";
import { GivenUnits, isOf, partnerOf, type Share, type UnitIdentity } from "./unit-source.ts";
import { tallyUnits, type UnitTally } from "./unit-tally.ts";
import { WrittenDriver } from "./written.ts";
import type { WrittenAxis } from "./written-kind.ts";

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
  onTally: OnTally = () => {};
  readonly #options: UnitShardOptions;
  readonly #source = new GivenUnits();
  readonly #units: ConnectedUnits;
  readonly #relay: RelayDriver;
  readonly #canaries: CanaryDriver;
  readonly #written: Readonly<Record<WrittenAxis, WrittenDriver>>;
  readonly #works = new Map<WorkAxis, ShardWork>();
  readonly #watch: HealthWatch;
  #stepsDriven = 0;
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
    this.#written = {
      store: new WrittenDriver("store", this.#units, share),
      base: new WrittenDriver("base", this.#units, share),
    };
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
    this.#listen(this.#relay);
    return this.#relay.prime(order, signal);
  }

  primeWritten(order: WrittenPrimeOrder, signal: AbortSignal): Promise<PrimeOutcome> {
    return this.#written[order.work.axis].prime(order, signal);
  }

  resting(axis: WrittenAxis): Promise<readonly Resting[]> {
    return Promise.resolve(this.#written[axis].resting());
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

  drive(order: DriveOrder, signal: AbortSignal): Promise<DrivenPart> {
    const { axis } = order.work;
    this.#getReady(order.work);
    const work = this.#workOf(axis);
    this.#listen(work.driver);
    const wireStep = this.#stepsDriven++;
    return work.drive(order, wireStep, (tally) => this.onTally(axis, tally), signal);
  }

  cut(axis: WorkAxis, cut: Cut): void {
    this.#works.get(axis)?.cut(cut);
  }

  arrived({ axis, seen }: SeenBatch): void {
    const driver = this.#written[axis];
    for (const one of seen) driver.seen(one);
  }

  out(axis: WorkAxis): Promise<OutCount> {
    return Promise.resolve(this.#workOf(axis).out());
  }

  forget(axis: WorkAxis): Promise<void> {
    this.#workOf(axis).forget();
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

  second(axis: WorkAxis): Promise<SecondPart> {
    const unitsConnected = this.#units.connected;
    const sessions = this.#sessions?.counts();
    const faults = this.#sessions?.progress() ?? [];
    const part = this.#workOf(axis).second(unitsConnected);
    return Promise.resolve({ ...part, unitsConnected, sessions, faults });
  }

  health(): Promise<GeneratorHealth> {
    const openSockets = this.#units.connected;
    return Promise.resolve(this.#watch.take({ intended: 0, unsent: 0, openSockets }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const work of this.#works.values()) work[Symbol.dispose]();
    this.#watch[Symbol.dispose]();
    await this.#units[Symbol.asyncDispose]();
  }

  #workOf(axis: WorkAxis): ShardWork {
    const known = this.#works.get(axis);
    if (known !== undefined) return known;
    const { clock, seed, openProbe } = this.#options;
    const work = new ShardWork({ driver: this.#driverOf(axis), clock, seed, openProbe });
    this.#works.set(axis, work);
    return work;
  }

  #driverOf(axis: WorkAxis): AxisDriver & UnitTraffic {
    switch (axis) {
      case "relay":
        return this.#relay;
      case "link":
        return this.#canaries;
      case "store":
      case "base":
        return this.#written[axis];
      default:
        return axis satisfies never;
    }
  }

  #getReady(work: DriveWork): void {
    switch (work.axis) {
      case "relay":
        this.#relay.useFirst(work.units);
        return;
      case "link":
        this.#canaries.senders = work.senders;
        return;
      case "store":
      case "base":
        this.#written[work.axis].use(work);
        return;
      default:
        work satisfies never;
    }
  }

  /** The driver hears the Units, and so do those of works under way; alone, with nobody between. */
  #listen(driver: AxisDriver & UnitTraffic): void {
    const others = [...this.#works.values()].filter(
      (work) => work.isDriving && work.driver !== driver,
    );
    const traffic =
      others.length === 0
        ? driver
        : new SharedTraffic([driver, ...others.map((work) => work.driver)]);
    this.#units.listen(traffic);
  }
}
