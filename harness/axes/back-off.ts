import type { Random } from "../load/random.ts";

/** How long a client waits before it connects again, the n-th time. */
export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
  readonly factor: number;
  /** Share of the wait that is drawn at random, so that clients do not come back in step. */
  readonly jitter: number;
}

export const BACK_OFF_NAMES = ["device", "mqttjs", "paho", "micropython"] as const;
export type BackOffName = (typeof BACK_OFF_NAMES)[number];

/** What the clients of real devices do when their connection is gone (their defaults). */
export const BACK_OFFS: Readonly<Record<BackOffName, BackOff>> = {
  device: { firstMs: 1000, maxMs: 120_000, factor: 2, jitter: 0.5 },
  mqttjs: { firstMs: 1000, maxMs: 1000, factor: 1, jitter: 0 },
  paho: { firstMs: 1000, maxMs: 120_000, factor: 2, jitter: 0 },
  micropython: { firstMs: 500, maxMs: 2000, factor: 2, jitter: 0 },
};

/** The wait before the `attempt`-th connect since the session closed, from 1. */
export function backOffMs(policy: BackOff, attempt: number, random: Random): number {
  const { firstMs, maxMs, factor, jitter } = policy;
  const wholeMs = Math.min(maxMs, firstMs * factor ** (attempt - 1));
  return wholeMs * (1 - jitter * random());
}
