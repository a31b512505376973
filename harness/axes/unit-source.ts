/** How one simulated Unit reaches the broker, and whom it talks to. */
export interface UnitIdentity {
  readonly index: number;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** Topic it publishes on. */
  readonly outputTopic: string;
  /** Topics on which it tells an instance of itself; none on a bare broker. */
  readonly stateTopic?: string;
  readonly logTopic?: string;
  /** Topics it subscribes to: its partner's output first of all. */
  readonly listenTopics: readonly string[];
  /** Topics a real Unit of its kind also subscribes to. */
  readonly commandTopics: readonly string[];
}

/**
 * Where Units come from: a provisioned fleet on an instance, or mere names on a bare broker. Units
 * come in pairs: 2k listens to 2k + 1 and the other way round.
 */
export interface UnitSource {
  /** At least `count` Units (even), the same ones each time. Throws when that many cannot be had. */
  ensure(count: number, signal: AbortSignal): Promise<readonly UnitIdentity[]>;
  /** Most Units this source may give. */
  readonly maxUnits: number;
}

/** Units of a bare broker: nothing to create, topics of our own. */
export function brokerUnits(
  runId: string,
  maxUnits: number,
  credentials: { readonly username?: string; readonly password?: string },
): UnitSource {
  const units: UnitIdentity[] = [];
  const topic = (index: number) => `loadstone/${runId}/${index}/out`;
  return {
    maxUnits,
    ensure: (count) => {
      for (let index = units.length; index < Math.min(count, maxUnits); index++) {
        units.push({
          index,
          clientId: `ls-${runId}-${index}`,
          ...credentials,
          outputTopic: topic(index),
          listenTopics: [topic(partnerOf(index))],
          commandTopics: [],
        });
      }
      return Promise.resolve(units.slice(0, count));
    },
  };
}

export const partnerOf = (index: number): number => index ^ 1;

/** One of the threads that share the Units. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** All of them, where one thread has them. */
export const WHOLE: Share = { index: 0, of: 1 };

/** Whether a Unit is of this share: partners stay together, so that one clock times both ends. */
export const isOf = (share: Share, unit: number): boolean =>
  Math.floor(unit / 2) % share.of === share.index;

/** Units handed over by who provisions them. */
export class GivenUnits implements UnitSource {
  readonly maxUnits = Infinity;
  readonly #units: UnitIdentity[] = [];

  give(units: readonly UnitIdentity[]): void {
    for (const unit of units) this.#units.push(unit);
  }

  /** Those of the first `count` of the run that were given. */
  ensure(count: number): Promise<readonly UnitIdentity[]> {
    return Promise.resolve(this.#units.filter(({ index }) => index < count));
  }
}
