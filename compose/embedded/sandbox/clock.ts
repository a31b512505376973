/** Where the sandbox reads the time; injected so that the capacity model can be tested. */
export interface Clock {
  /** Monotonic milliseconds with a fraction. */
  nowMs(): number;
  /** Milliseconds since the Unix epoch, with a fraction. */
  wallMs(): number;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => performance.timeOrigin + performance.now(),
};

const AHEAD_MS = 90_000;

/** A clock that nobody has set. */
export const clockAhead = (clock: Clock): Clock => ({
  nowMs: () => clock.nowMs(),
  wallMs: () => clock.wallMs() + AHEAD_MS,
});

/** A naive UTC date as Pepeunit writes it: microseconds, no offset. */
export function naiveIso(wallMs: number): string {
  const wholeMs = Math.floor(wallMs);
  const micros = Math.floor((wallMs - wholeMs) * 1000);
  const iso = new Date(wholeMs).toISOString();
  return `${iso.slice(0, -1)}${String(micros).padStart(3, "0")}`;
}

/** A naive UTC date as Python prints one: no fraction where it is zero. */
export function naivePython(wallMs: number): string {
  return wallMs % 1000 === 0 ? naiveSeconds(wallMs) : naiveIso(wallMs);
}

/** A naive UTC date in whole seconds. */
export const naiveSeconds = (wallMs: number): string =>
  new Date(wallMs).toISOString().slice(0, "2026-01-02T03:04:05".length);
