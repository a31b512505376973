import type { Station } from "../capacity/station.ts";
import type { Clock } from "../clock.ts";

/** Asks the backend whether a token may use a topic. */
export type Hook = (token: string, topic: string) => Promise<boolean>;

export interface HookOptions {
  readonly api: Station;
  readonly clock: Clock;
  readonly decide: (token: string, topic: string) => boolean;
  /** Told how long each answered call took. */
  readonly answered: (seconds: number) => void;
  /** How much longer than its work every call takes. */
  readonly extraMs?: number;
}

interface Call {
  readonly token: string;
  readonly topic: string;
  readonly askedAtMs: number;
  readonly answer: (allowed: boolean) => void;
}

/** EMQX keeps this many connections to the backend, which answers each one call after the other. */
const POOL = 8;
const TIMEOUT_MS = 30_000;

/**
 * The broker's calls of the ACL hook: they queue at the API server like any request. A call that
 * is refused or comes too late counts as a deny, because the broker then has no source left.
 */
export function createHook(options: HookOptions): Hook {
  const { api, clock, decide, answered, extraMs = 0 } = options;
  const waiting: Call[] = [];
  let inFlight = 0;

  const start = (call: Call) => {
    const isLate = clock.nowMs() - call.askedAtMs > TIMEOUT_MS;
    if (isLate || !api.admit(() => served(call))) call.answer(false);
    else inFlight++;
  };
  const served = (call: Call) => {
    if (extraMs === 0) finish(call);
    else setTimeout(finish, extraMs, call).unref();
  };
  const finish = ({ token, topic, askedAtMs, answer }: Call) => {
    inFlight--;
    answer(decide(token, topic));
    answered((clock.nowMs() - askedAtMs) / 1000);
    startWaiting();
  };
  const startWaiting = () => {
    for (let free = POOL - inFlight; free > 0; free = POOL - inFlight) {
      const call = waiting.shift();
      if (call === undefined) return;
      start(call);
    }
  };

  return (token, topic) =>
    new Promise((answer) => {
      waiting.push({ token, topic, askedAtMs: clock.nowMs(), answer });
      startWaiting();
    });
}
