import type { Clock } from "../clock.ts";

/** Work waiting for its time, in order of that time. */
export interface DueLine {
  /** Runs `run` at `dueMs`; due times must not go back. */
  push(dueMs: number, run: () => void): void;
  /** Forgets what still waits. */
  close(): void;
}

interface Waiting {
  readonly dueMs: number;
  readonly run: () => void;
}

/** Work this close to its time is run at once: a timer cannot aim better than a millisecond. */
const EARLY_MS = 0.5;
const COMPACT_FROM = 1024;

/** One timer for the whole line: thousands of messages a second must not mean as many timers. */
export function createDueLine(clock: Clock): DueLine {
  let waiting: Waiting[] = [];
  let head = 0;
  let timer: NodeJS.Timeout | undefined;

  const aim = () => {
    const next = waiting[head];
    timer = next && setTimeout(runDue, Math.max(1, Math.round(next.dueMs - clock.nowMs())));
  };

  const runDue = () => {
    const untilMs = clock.nowMs() + EARLY_MS;
    for (let next = waiting[head]; next && next.dueMs <= untilMs; next = waiting[++head]) {
      next.run();
    }
    if (head >= COMPACT_FROM) {
      waiting = waiting.slice(head);
      head = 0;
    }
    aim();
  };

  return {
    push(dueMs, run) {
      waiting.push({ dueMs, run });
      if (timer === undefined) aim();
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
      waiting = [];
      head = 0;
    },
  };
}
