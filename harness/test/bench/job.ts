import type { Pinning } from "./programs.ts";
import type { BenchTarget } from "./targets.ts";
import type { Work } from "./works.ts";

/** One round of one client. */
export interface Job {
  readonly work: Work;
  readonly target: BenchTarget;
  readonly pinning: Pinning;
}
