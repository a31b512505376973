import type { Settings } from "../config.ts";
import type { World } from "../world.ts";
import type { DoctorTarget } from "./target/doctor-target.ts";

/** What a check came to: `warn` works but not as it should, `skipped` could not be looked at. */
export type Outcome = "ok" | "warn" | "fail" | "skipped";

/** What one check saw, what is needed, and how to get there. */
export interface Finding {
  readonly outcome: Outcome;
  readonly seen: string;
  readonly needed?: string;
  /** An exact command, or one sentence. */
  readonly fix?: string;
}

/** What the checks may look at and use. */
export interface DoctorContext {
  readonly world: World;
  readonly settings: Settings;
  /** Units the machine and the target are to be fit for. */
  readonly units: number;
  /** Present when a target was named. */
  readonly target?: DoctorTarget;
}

/**
 * One thing to look at. To add one, write it in a file of its own and list it in `checks.ts`. A check
 * sends a handful of messages at most, never load, and what it throws becomes its finding. What it
 * needs on an instance are the two Units of `target.bench()`.
 */
export interface Check {
  /** A noun; also its name in the JSON. */
  readonly id: string;
  readonly title: string;
  readonly about: "machine" | "broker" | "instance";
  /** Checks, by id, without which this one cannot be: it is skipped when one of them fails. */
  readonly needs?: readonly string[];
  /** How long it may wait for answers, where 20 s are not enough. */
  readonly withinMs?: number;
  run(context: DoctorContext): Finding | Promise<Finding>;
}

export const ok = (seen: string, needed?: string): Finding =>
  needed === undefined ? { outcome: "ok", seen } : { outcome: "ok", seen, needed };

export const skipped = (seen: string): Finding => ({ outcome: "skipped", seen });

/** A finding that is not well: what is needed and how to get there. */
export const bad = (
  outcome: "warn" | "fail",
  seen: string,
  needed: string,
  fix: string,
): Finding => ({ outcome, seen, needed, fix });
