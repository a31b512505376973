/**
 * When and how much the topics of a Unit send, as profiles say it. Times are milliseconds. The
 * fields carry the names of a parsed profile, so that a topic of one is a `TopicModel`.
 */

/** Uniform in [0, 1). */
export type Random = () => number;

export interface Periodic {
  readonly kind: "periodic";
  readonly every: number;
  /** Standard deviation of a gap. */
  readonly jitter: number;
  readonly aligned: boolean;
}
export interface Poisson {
  readonly kind: "poisson";
  readonly every: number;
}
export interface Bursts {
  readonly kind: "bursts";
  /** Between the starts of bursts. */
  readonly every: number;
  /** Mean count of a burst. */
  readonly messages: number;
  readonly gap: number;
}
export interface Trace {
  readonly kind: "trace";
  readonly offsetsMs: readonly number[];
  readonly length: number;
}
export interface Follows {
  readonly kind: "follows";
  readonly topic: string;
  readonly chance: number;
  readonly delay: number;
  readonly jitter: number;
}
export type OwnArrivals = Periodic | Poisson | Bursts | Trace;
export type Arrivals = OwnArrivals | Follows;

export type Sizes =
  | number
  | { readonly from: number; readonly to: number }
  | { readonly choices: readonly { readonly bytes: number; readonly share: number }[] }
  | { readonly quantiles: Readonly<Record<(typeof QUANTILES)[number][0], number>> };

/** Quantiles a profile tells sizes by; straight lines between them. */
export const QUANTILES = [
  ["min", 0],
  ["p25", 0.25],
  ["p50", 0.5],
  ["p75", 0.75],
  ["p95", 0.95],
  ["max", 1],
] as const;

export interface TopicModel {
  readonly name: string;
  readonly when?: Arrivals | undefined;
  readonly bytes?: Sizes | undefined;
  /** Messages besides at each connect, mean. */
  readonly perConnect: number;
  /** Weight of each hour of a day. */
  readonly dayShape?: readonly number[] | undefined;
}
