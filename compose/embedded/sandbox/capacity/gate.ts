/** Lets work through to a server, perhaps later; undefined for what it drops. */
export type Gate = (nowMs: number, cost: number) => number | undefined;

const BURST_SEC = 1;

/** Drops in silence what exceeds a rate, after a burst of one second's worth. */
export function createPolicer(perSec: number): Gate {
  let tokens = perSec * BURST_SEC;
  let lastMs: number | undefined;
  return (nowMs, cost) => {
    const elapsedMs = nowMs - (lastMs ?? nowMs);
    lastMs = nowMs;
    tokens = Math.min(perSec * BURST_SEC, tokens + (elapsedMs * perSec) / 1000);
    if (tokens < cost) return undefined;
    tokens -= cost;
    return nowMs;
  };
}

/** Delays what exceeds a rate, for as long as it takes. */
export function createShaper(perSec: number): Gate {
  let freeAtMs = Number.NEGATIVE_INFINITY;
  return (nowMs, cost) => {
    const enterMs = Math.max(nowMs, freeAtMs);
    freeAtMs = enterMs + (cost * 1000) / perSec;
    return enterMs;
  };
}

export const openGate: Gate = (nowMs) => nowMs;
