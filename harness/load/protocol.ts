import type { ConnectPlan } from "../axes/connections.ts";
import type { JobName, SeenBatch, ShardJobs, WorkAxis } from "../axes/shard.ts";
import type { UnitKind } from "../axes/unit-shard.ts";
import type { Share } from "../axes/unit-source.ts";
import type { Cut } from "../engine/conductor.ts";
import type { Tally } from "../engine/tally.ts";
import { type ErrorCode, LoadstoneError } from "../errors.ts";

/** What a worker thread needs to begin. No secrets: those come with the Units. */
export interface WorkerSetup {
  readonly share: Share;
  readonly seed: number;
  readonly units: UnitKind;
  readonly connect: Omit<ConnectPlan, "workspace">;
  /** Zero of the main thread's clock on the machine's monotonic one. */
  readonly clockOriginMs: number;
}

/** A job asked for; its input is what the job of that name takes. */
export interface Ask<Name extends JobName = JobName> {
  readonly kind: "ask";
  readonly id: number;
  readonly name: Name;
  readonly input: Parameters<ShardJobs[Name]>[0];
}

export type ToWorker =
  | Ask
  /** The job is not wanted any more; it still answers, or fails. */
  | { readonly kind: "abort"; readonly id: number }
  | { readonly kind: "cut"; readonly axis: WorkAxis; readonly cut: Cut }
  | { readonly kind: "arrived"; readonly batch: SeenBatch }
  | { readonly kind: "end" };

export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly id: number; readonly output: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly error: PostedError }
  | { readonly kind: "tally"; readonly axis: WorkAxis; readonly tally: Tally };

/** An error on its way between threads, which would lose its class. */
export interface PostedError {
  readonly message: string;
  readonly code: ErrorCode | undefined;
  readonly hint: string | undefined;
}

export function postedError(error: unknown): PostedError {
  if (error instanceof LoadstoneError) {
    const { message, code, hint } = error;
    return { message, code, hint };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message, code: undefined, hint: undefined };
}

/** The coded error as it was thrown; any other means that the thread itself has a fault. */
export function errorOf({ message, code, hint }: PostedError): LoadstoneError {
  if (code === undefined) return workerFailed(message);
  return new LoadstoneError(code, message, hint === undefined ? {} : { hint });
}

export const workerFailed = (what: string): LoadstoneError =>
  new LoadstoneError("WORKER_FAILED", `a thread that sends the load failed: ${what}`, {
    hint: "this is a fault of ours, please report it; `--workers 1` may get round it",
  });
