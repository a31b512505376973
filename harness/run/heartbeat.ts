import type { LoadstoneError } from "../errors.ts";
import type { CleanUp } from "../target/target.ts";
import type { RunRecord } from "./run-record.ts";
import type { StoreWatch } from "./store-watch.ts";

/** A run that came to its end, and what is left of it. */
export interface Ended<R> {
  readonly report: R;
  readonly cleanUp: CleanUp;
  /** The error that ended the run early, if one did. */
  readonly error: LoadstoneError | undefined;
  /** What the store could not take, in words; undefined when it has every row. */
  readonly storeTrouble: string | undefined;
}

const HEARTBEAT_MS = 10_000;

/** Says in the store that the run lives, and looks after the store, until disposed. */
export function beat(record: RunRecord, storeWatch: StoreWatch): Disposable {
  const heart = setInterval(() => {
    record.heartbeat();
    storeWatch.look();
  }, HEARTBEAT_MS);
  return { [Symbol.dispose]: () => clearInterval(heart) };
}
