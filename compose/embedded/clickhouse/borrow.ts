import { findHolder } from "./lock.ts";

/** A server started in the place of another opener's. */
export interface Successor {
  readonly pid: number;
  close(): Promise<void>;
}

export interface BorrowOptions {
  readonly dataDir: string;
  /** Of the server that was found. */
  readonly pid: number;
  /** Starts a server at the address the clients have; undefined when another opener was first. */
  readonly start: () => Promise<Successor | undefined>;
  readonly log: (line: string) => void;
}

/** Another opener's server, used for as long as it lives and succeeded when it is gone. */
export interface Borrowed {
  /** Of the server as it was seen last. */
  readonly pid: number;
  close(): Promise<void>;
}

const LOOK_MS = 500;

/**
 * Looks after a server that another process started. When that process has gone, one of those that
 * still use it takes its place, at the same address and password: no client notices more than a gap.
 */
export function borrow({ dataDir, start, log, pid }: BorrowOptions): Borrowed {
  let servedBy = pid;
  let successor: Successor | undefined;
  let looking = Promise.resolve();
  let closed = false;

  const look = async () => {
    if (closed || successor !== undefined) return;
    const holder = await findHolder(dataDir);
    servedBy = holder?.child.pid ?? servedBy;
    if (holder !== undefined) return;
    successor = await start();
    if (successor !== undefined) log("took over the embedded ClickHouse from a process that ended");
  };
  const timer = setInterval(() => {
    // One look after another; what fails is tried again.
    looking = looking.then(look).catch((error: unknown) => log(String(error)));
  }, LOOK_MS);
  timer.unref();

  return {
    get pid() {
      return successor?.pid ?? servedBy;
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await looking;
      await successor?.close();
    },
  };
}
