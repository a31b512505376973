import type { Station } from "../capacity/station.ts";
import type { Clock } from "../clock.ts";
import type { Authority } from "./authority.ts";

export interface ConsumerOptions {
  readonly clientId: string;
  readonly filter: string;
  readonly clock: Clock;
  readonly station: Station;
  /** A connection's rights; made anew for every connection. */
  readonly openAuthority: () => Authority;
  /** Messages that may wait in the broker before it kills the connection. */
  readonly maxMailbox: number;
  /** From the kill to the next subscription. */
  readonly reconnectMs: () => number;
  readonly costOf?: (topic: string, payload: Buffer) => number;
  /** False when the service stands still and reads nothing more. */
  readonly handle: (topic: string, payload: Buffer) => boolean;
  readonly log: (line: string) => void;
}

/** A service of the platform as the broker sees it: one QoS 0 subscription, one thread behind it. */
export interface Consumer {
  readonly clientId: string;
  readonly filter: string;
  readonly subscribed: boolean;
  /** Resolves with the first answer to the subscription. */
  start(): Promise<void>;
  deliver(topic: string, payload: Buffer): void;
  /** Messages that were delivered to it and never handled. */
  readonly lost: number;
  close(): void;
}

const RETRY_SUBSCRIBE_MS = 10_000;

/**
 * Messages wait for the service in its mailbox. One more than the mailbox holds, and the broker
 * kills the connection: what waited is lost, and so is everything until it subscribes again.
 */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { filter, clientId, clock, station, maxMailbox, log } = options;
  let connection = 0;
  let subscribed = false;
  let stuck = false;
  let waiting = 0;
  let lost = 0;
  let timer: NodeJS.Timeout | undefined;

  const later = (ms: number, run: () => void) => {
    timer = setTimeout(run, ms).unref();
  };
  const connect = () => subscribe(options.openAuthority(), ++connection);
  const subscribe = async (authority: Authority, mine: number): Promise<void> => {
    const allowed = await authority.mayUse("subscribe", filter, clock.nowMs());
    if (mine !== connection) return;
    subscribed = allowed;
    if (allowed) return;
    log(`${clientId} may not subscribe to ${filter}`);
    // The broker remembers a denial of this connection for ten minutes.
    later(RETRY_SUBSCRIBE_MS, () => void subscribe(authority, mine));
  };
  const kill = () => {
    log(`${clientId} was killed with ${waiting} messages waiting`);
    connection++;
    subscribed = false;
    lost += waiting;
    waiting = 0;
    station.clear();
    if (!stuck) later(options.reconnectMs(), () => void connect());
  };

  return {
    clientId,
    filter,
    get subscribed() {
      return subscribed;
    },
    get lost() {
      return lost;
    },
    start: connect,
    deliver(topic, payload) {
      if (!subscribed) return;
      if (waiting >= maxMailbox) {
        lost++;
        return kill();
      }
      waiting++;
      if (stuck) return;
      const mine = connection;
      const done = () => {
        if (mine !== connection || stuck) return;
        waiting--;
        stuck = !options.handle(topic, payload);
      };
      if (station.admit(done, options.costOf?.(topic, payload))) return;
      waiting--;
      lost++;
    },
    close() {
      connection++;
      subscribed = false;
      clearTimeout(timer);
    },
  };
}
