import type { Noise } from "./noise.ts";

/** One server with a first-in first-out queue: the truth that a measurement should find. */
export interface ServiceModel {
  /** Pieces of work per second; undefined for no limit. */
  readonly perSec?: number | undefined;
  /** Work that would wait longer than this is dropped. */
  readonly bufferMs: number;
  readonly noise: Noise;
  /** Median of the lognormal time that every piece takes even on an idle server. */
  readonly floorMedianMs: number;
  /** Standard deviation of the logarithm of that time. */
  readonly floorSigma: number;
  /** Workers that share the rate; one when absent. */
  readonly workers?: number;
  /** Squared coefficient of variation of a service; 1/4 when absent. */
  readonly serviceCv2?: number;
  readonly faults?: ServiceFaults;
}

/** What can be wrong with a server besides its being slow. */
export interface ServiceFaults {
  /** A sine on the capacity. */
  readonly drift?: { readonly ratio: number; readonly periodMs: number };
  /** Stops of everything, at random times. */
  readonly pauses?: { readonly everyMs: number; readonly fromMs: number; readonly toMs: number };
  /** Slow until it has worked for a while; cools down when it idles. */
  readonly cold?: {
    readonly ratio: number;
    readonly warmTauMs: number;
    readonly coolTauMs: number;
  };
  /** Slow from a backlog of `onMs` until it has been quiet for `holdMs`. */
  readonly hysteresis?: {
    readonly ratio: number;
    readonly onMs: number;
    readonly holdMs: number;
  };
  /** What holds the capacity when the server behind it could do more: by dropping or by delaying. */
  readonly gate?: "policer" | "shaper";
  /** A backlog after which it never serves again. */
  readonly diesAtMs?: number;
}
