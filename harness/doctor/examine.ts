import { ERRORS, EXIT, LoadstoneError } from "../errors.ts";
import { abortReason, pause } from "../load/clock.ts";
import { type Check, type DoctorContext, type Finding, skipped } from "./check.ts";
import type { CheckResult } from "./diagnosis.ts";

/** No check waits longer than this for an answer, unless it says so itself. */
const CHECK_WITHIN_MS = 20_000;

export interface Examination {
  readonly checks: CheckResult[];
  /** Of the first failure; 0 when nothing failed. */
  readonly exitCode: number;
}

/** Runs the checks that apply, one after the other; what one throws is its finding. */
export async function examine(
  checks: readonly Check[],
  context: DoctorContext,
): Promise<Examination> {
  const { world, target } = context;
  const results: CheckResult[] = [];
  const unfit = new Map<string, string>();
  let exitCode: number = EXIT.ok;
  for (const check of checks) {
    if (check.about !== "machine" && check.about !== target?.kind) continue;
    if (world.signal.aborted) throw abortReason(world.signal);
    const startedAtMs = world.clock.now();
    const { finding, exit } = await findingOf(check, context, unfit);
    const tookMs = Math.round(world.clock.now() - startedAtMs);
    const { id, title, about } = check;
    results.push({ id, title, about, ...finding, tookMs });
    if (finding.outcome === "fail" || finding.outcome === "skipped") unfit.set(id, title);
    if (finding.outcome === "fail" && exitCode === EXIT.ok) exitCode = exit;
  }
  return { checks: results, exitCode };
}

async function findingOf(
  check: Check,
  context: DoctorContext,
  /** Titles of the checks that did not come off, by id. */
  unfit: ReadonlyMap<string, string>,
): Promise<{ readonly finding: Finding; readonly exit: number }> {
  const exit = check.about === "machine" ? EXIT.invalidConfig : EXIT.unreachable;
  const missing = check.needs?.find((id) => unfit.has(id));
  if (missing !== undefined) {
    return { finding: skipped(`needs ${unfit.get(missing) ?? missing}`), exit };
  }
  try {
    return { finding: await inTime(check, context), exit };
  } catch (error) {
    const { signal } = context.world;
    if (signal.aborted) throw abortReason(signal);
    if (!(error instanceof LoadstoneError)) return { finding: failure(error), exit };
    return { finding: failure(error, error.hint), exit: ERRORS[error.code].exit };
  }
}

async function inTime(check: Check, context: DoctorContext): Promise<Finding> {
  const { clock, signal } = context.world;
  const done = new AbortController();
  const withinMs = check.withinMs ?? CHECK_WITHIN_MS;
  const limit = pause(clock, withinMs, AbortSignal.any([done.signal, signal]));
  try {
    const found = await Promise.race([check.run(context), limit]);
    return found ?? { outcome: "fail", seen: `no answer within ${withinMs / 1000} s` };
  } finally {
    limit.catch(() => undefined);
    done.abort(new Error("done"));
  }
}

const failure = (error: unknown, fix?: string): Finding => {
  const seen = error instanceof Error ? error.message : String(error);
  return fix === undefined ? { outcome: "fail", seen } : { outcome: "fail", seen, fix };
};
