/** The settings that the backend pushes to the broker at its start, by what they limit. */
export interface BrokerLimits {
  /** New connections of the whole listener. */
  readonly connectsPerSec: number;
  /** Messages of one connection. */
  readonly messagesPerSec: number;
  /** Bytes of the messages of one connection. */
  readonly bytesPerSec: number;
  readonly connections: number;
  readonly packetBytes: number;
  /** Messages that wait for one process of the broker before it is killed. */
  readonly mailbox: number;
  /** Unacknowledged messages to one subscriber, and those that queue behind them. */
  readonly inflight: number;
  readonly queue: number;
}

export const PLATFORM_LIMITS: BrokerLimits = {
  connectsPerSec: 20,
  messagesPerSec: 30,
  bytesPerSec: 1024 * 1024,
  connections: 10_000,
  packetBytes: 256 * 1024,
  mailbox: 1000,
  inflight: 32,
  queue: 128,
};

/** The limits now: the broker's HTTP API can change them. */
export interface LimitsInForce {
  readonly now: BrokerLimits;
  change(part: Partial<BrokerLimits>): void;
}

export function createLimits(given: Partial<BrokerLimits>): LimitsInForce {
  let now: BrokerLimits = { ...PLATFORM_LIMITS, ...given };
  return {
    get now() {
      return now;
    },
    change(part) {
      now = { ...now, ...part };
    },
  };
}
