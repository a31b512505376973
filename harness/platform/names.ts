import { createHash } from "node:crypto";

/** The names of everything one run creates; platform names have 4 to 20 characters. */
export interface RunNames {
  /** All names of the run begin with it, and no other run's do. */
  readonly prefix: string;
  readonly repo: string;
  unit(index: number): string;
}

/**
 * `ls-` and eight characters drawn from the run id. Lower case only: the platform searches without
 * regard to case, and `_` would be a wildcard there.
 */
export function runNames(runId: string): RunNames {
  const digest = createHash("sha256").update(runId).digest().readBigUInt64BE();
  const prefix = `ls-${digest.toString(36).padStart(8, "0").slice(-8)}-`;
  return { prefix, repo: `${prefix}repo`, unit: (index) => `${prefix}u${index}` };
}

/** Is it the repo of some run? */
export const isRunRepo = (name: string): boolean => /^ls-[a-z0-9]{8}-repo$/.test(name);
