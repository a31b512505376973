import type { Clock } from "../clock.ts";

/** Work waiting for its time, in order of that time. */
export interface DueLine {
  /** Runs `run` at `dueMs`; due times should hardly ever go back. */
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
    clearTimeout(timer); // one timer at a time, also when work puts in more work
    const next = waiting[head];
    timer = next && setTimeout(runDue, Math.max(1, Math.round(next.dueMs - clock.nowMs())));
  };

  const runDue = () => {
    const untilMs = clock.nowMs() + EARLY_MS;
    for (let next = waiting[head]; next && next.dueMs <= untilMs; next = waiting[head]) {
      head++; // before it runs: what it pushes goes behind it
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
      let at = waiting.length;
      while (at > head && (waiting[at - 1]?.dueMs ?? dueMs) > dueMs) at--;
      if (at === waiting.length) waiting.push({ dueMs, run });
      else waiting.splice(at, 0, { dueMs, run });
      if (timer !== undefined && at > head) return;
      aim();
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
      waiting = [];
      head = 0;
    },
  };
}
