/** PU_STATE_SEND_INTERVAL. */
export const STATE_INTERVAL_MS = 60_000;

/** Which state messages the backend looks at. Forgets everything when the backend restarts. */
export interface StateGate {
  isOpen(unit: string, nowMs: number): boolean;
  accept(unit: string, nowMs: number): void;
}

/** One message a minute from each unit, counted from the last one that was accepted. */
export function createStateGate(): StateGate {
  const acceptedAtMs = new Map<string, number>();
  return {
    isOpen(unit, nowMs) {
      const before = acceptedAtMs.get(unit);
      return before === undefined || nowMs - before >= STATE_INTERVAL_MS;
    },
    accept(unit, nowMs) {
      acceptedAtMs.set(unit, nowMs);
    },
  };
}
