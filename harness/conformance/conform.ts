import { LoadstoneError } from "../errors.ts";
import { abortReason } from "../load/clock.ts";
import { withoutTokens } from "../platform/refusal.ts";
import type { Assertion, Need } from "./assertion.ts";
import type { Bench } from "./bench.ts";
import { Difference } from "./same.ts";

/** What holding one assertion against an instance came to. */
export interface Comparison {
  readonly id: string;
  readonly contract: string;
  readonly quirk: string;
  readonly outcome: "same" | "differs" | "skipped";
  /** What is different, why it was skipped, or what was measured. */
  readonly detail?: string;
}

export interface ConformOptions {
  readonly assertions: readonly Assertion[];
  readonly bench: Bench;
  /** Also those that take a minute. */
  readonly slow: boolean;
  readonly onEach: (comparison: Comparison) => void;
}

const WHY: Readonly<Record<Need, string>> = {
  dataPipe: "the instance has its DataPipe switched off",
  defaultLastValue: "the instance gives new nodes no pipe",
  prometheus: "the instance has its metrics switched off",
  emqx: "needs LOADSTONE_EMQX_URL and its login",
  untagged: "needs --untagged with the URL of a repository without a tag",
  slow: "takes a minute: needs --slow",
};

/**
 * Holds every assertion against the instance, one after the other; those that wait a minute begin
 * first and wait beside the rest.
 */
export async function conform(options: ConformOptions): Promise<readonly Comparison[]> {
  const { assertions, onEach } = options;
  const missing = assertions.map((assertion) => missingNeed(assertion, options));
  const started = assertions.map((assertion, at) =>
    assertion.needs?.includes("slow") === true && missing[at] === undefined
      ? compare(assertion, options.bench)
      : undefined,
  );
  // One that fails early is awaited late.
  for (const waiting of started) waiting?.catch(() => undefined);
  const comparisons: Comparison[] = [];
  for (const [at, assertion] of assertions.entries()) {
    if (started[at] !== undefined) continue;
    const need = missing[at];
    const comparison =
      need === undefined ? await compare(assertion, options.bench) : skipped(assertion, need);
    comparisons.push(comparison);
    onEach(comparison);
  }
  for (const waiting of started) {
    if (waiting === undefined) continue;
    const comparison = await waiting;
    comparisons.push(comparison);
    onEach(comparison);
  }
  return comparisons;
}

function missingNeed({ needs = [] }: Assertion, { bench, slow }: ConformOptions) {
  const { root, emqx, untagged } = bench.parts;
  const flags = root.feature_flags;
  const has: Readonly<Record<Need, boolean>> = {
    dataPipe: flags.pu_ff_datapipe_enable,
    defaultLastValue: flags.pu_ff_datapipe_default_last_value_enable,
    prometheus: flags.pu_ff_prometheus_enable,
    emqx: emqx !== undefined,
    untagged: untagged !== undefined,
    slow,
  };
  return needs.find((need) => !has[need]);
}

const told = ({ id, contract, quirk }: Assertion) => ({ id, contract, quirk });

const skipped = (assertion: Assertion, need: Need): Comparison => ({
  ...told(assertion),
  outcome: "skipped",
  detail: WHY[need],
});

async function compare(assertion: Assertion, bench: Bench): Promise<Comparison> {
  const { signal } = bench.parts;
  if (signal.aborted) throw abortReason(signal);
  try {
    const detail = await assertion.check(bench);
    const same = { ...told(assertion), outcome: "same" } as const;
    return detail === undefined ? same : { ...same, detail };
  } catch (error) {
    if (signal.aborted) throw abortReason(signal);
    if (!(error instanceof Error)) throw error;
    const isOurs = error instanceof Difference || error instanceof LoadstoneError;
    const note = assertion.inferred === true ? " (the contract itself only infers this)" : "";
    const detail = `${withoutTokens(isOurs ? error.message : String(error))}${note}`;
    return { ...told(assertion), outcome: "differs", detail };
  }
}
