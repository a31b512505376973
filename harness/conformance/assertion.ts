import type { Bench } from "./bench.ts";

/** What an assertion cannot do without, beside an instance and a login. */
export type Need =
  /** A feature that the instance tells of itself. */
  | "dataPipe"
  | "defaultLastValue"
  | "prometheus"
  /** Access to the broker's admin API, in LOADSTONE_EMQX_*. */
  | "emqx"
  /** A repository without a git tag, given by its URL. */
  | "untagged"
  /** A minute's patience. */
  | "slow";

/** One quirk of the platform that a load test meets, held against an instance. */
export interface Assertion {
  /** Area and name; unique. */
  readonly id: string;
  /** Document and section of the platform's contract it stands for. */
  readonly contract: string;
  /** What is so, one sentence. */
  readonly quirk: string;
  readonly needs?: readonly Need[];
  /** Read from the platform's code and never yet seen on a running one. */
  readonly inferred?: boolean;
  /** Throws a `Difference` where the instance does something else; may say what it saw. */
  readonly check: (bench: Bench) => Promise<string | void>;
}
