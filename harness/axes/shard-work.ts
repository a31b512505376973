import type { DrivenPart } from "../engine/step-part.ts";
import { StepPart } from "../engine/step-part.ts";
import type { Cut } from "../engine/conductor.ts";
import type { Tally } from "../engine/tally.ts";
import type { Clock } from "../load/clock.ts";
import { hashName, seededRandom } from "../load/random.ts";
import type { OpenProbe } from "../measure/generator-health.ts";
import { Histogram } from "../measure/histogram.ts";
import type { Ledger } from "../measure/ledger.ts";
import type { SecondPart } from "../measure/merge-seconds.ts";
import { SecondSampler } from "../measure/second-sampler.ts";
import { axisPacer } from "../plan/axis-pacer.ts";
import { evenPace, type Pacer } from "../plan/pacer.ts";
import type { UnitTraffic } from "./connected-units.ts";
import type { AxisDriver } from "./driver.ts";
import type { DriveOrder, DriveWork, OutCount } from "./shard.ts";

export interface ShardWorkOptions {
  readonly driver: AxisDriver & UnitTraffic;
  readonly clock: Clock;
  readonly seed: number;
  readonly openProbe?: OpenProbe | undefined;
}

/** One work of a shard: who drives it, and what is known of the step driven last. */
export class ShardWork implements Disposable {
  readonly driver: AxisDriver & UnitTraffic;
  readonly #options: ShardWorkOptions;
  readonly #sampler: SecondSampler;
  readonly #lateness = new Histogram();
  #ledger: Ledger | undefined;
  #part: StepPart | undefined;
  #driving = false;

  constructor(options: ShardWorkOptions) {
    this.driver = options.driver;
    this.#options = options;
    this.#sampler = new SecondSampler(() => options.clock.now(), options.openProbe);
  }

  get isDriving(): boolean {
    return this.#driving;
  }

  /** @param wireStep what its messages say they are of: no other step of the shard has it. */
  async drive(
    { work, step, stepNumber, deadlineMs, startMs }: DriveOrder,
    wireStep: number,
    onTally: (tally: Tally) => void,
    signal: AbortSignal,
  ): Promise<DrivenPart> {
    const { driver, clock, seed, openProbe } = this.#options;
    this.#part = new StepPart(step, wireStep, {
      driver,
      deadlineMs,
      clock,
      signal,
      openProbe,
      pacer: pacerFor(work, seed),
      random: (segment) => seededRandom(seed, hashName(work.axis), stepNumber, segment),
      onLedger: (ledger) => this.#follow(ledger),
      onLateness: (ms) => this.#late(ms),
      onTally: (tally) => {
        onTally(tally);
        return undefined;
      },
    });
    this.#driving = true;
    try {
      return await this.#part.drive(startMs);
    } finally {
      this.#driving = false;
    }
  }

  cut(cut: Cut): void {
    this.#part?.cut(cut);
  }

  out(): OutCount {
    return { inFlight: this.#ledger?.inFlight ?? 0, pending: this.driver.pending };
  }

  forget(): void {
    this.#ledger?.loseAllInFlight();
    this.driver.abandon();
  }

  second(unitsConnected: number): Pick<SecondPart, "counts" | "lateness"> {
    const counts = this.#sampler.take(unitsConnected);
    const lateness = this.#lateness.toValue();
    this.#lateness.clear();
    return { counts, lateness };
  }

  [Symbol.dispose](): void {
    this.#sampler[Symbol.dispose]();
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
  work.axis === "link" ? evenPace(work.senders.length) : axisPacer(work.pace, work.arrivals, seed);
