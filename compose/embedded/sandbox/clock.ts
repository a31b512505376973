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

/** A naive UTC date as Pepeunit writes it: microseconds, no offset. */
export function naiveIso(wallMs: number): string {
  const wholeMs = Math.floor(wallMs);
  const micros = Math.floor((wallMs - wholeMs) * 1000);
  const iso = new Date(wholeMs).toISOString();
  return `${iso.slice(0, -1)}${String(micros).padStart(3, "0")}`;
}
