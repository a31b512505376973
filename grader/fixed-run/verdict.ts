import type { FaultResult, FixedRunReport } from "../contracts/fixed-run.ts";
import type { Objective } from "../contracts/objective.ts";
import type { ReportWave } from "../contracts/report.ts";
import { count } from "../contracts/figure.ts";
import { MAX_INVALID_RATIO } from "../report.ts";

/** Exit codes as the command line documents them. */
const EXIT = { ok: 0, objectiveFailed: 99, interrupted: 105, invalidRun: 120 } as const;

/** What the windows that count say of the objective. */
export interface Standing {
  readonly windows: number;
  readonly planned: number;
  readonly badRatio: number | null;
  readonly lostRatio: number | null;
  /** Lost and failed. */
  readonly lost: number;
}

/** Begin and end of what a planned fault disturbed, from the first send; open while it goes on. */
type Disturbance = Pick<FaultResult, "beganAtMs" | "recoveredMs" | "reconnectedMs">;

/**
 * Sums over the windows that count: the generator did not spoil them, and no planned fault was
 * under way. What a fault breaks is its own doing; the fault is judged by how soon all is well.
 */
export function standingOf(
  windows: readonly ReportWave[],
  faults: readonly Disturbance[],
): Standing {
  const startMs = windows[0]?.startedAtMs ?? 0;
  const counted = windows.filter(
    (wave) => wave.verdict !== "invalid" && !faults.some((fault) => overlaps(wave, startMs, fault)),
  );
  const sum = (pick: (wave: ReportWave) => number) =>
    counted.reduce((total, wave) => total + pick(wave), 0);
  const planned = sum((wave) => wave.intended);
  const lost = sum((wave) => wave.lost + wave.errors);
  const bad = sum((wave) => wave.late + wave.unsent + wave.pending) + lost;
  const ratio = (value: number) => (planned === 0 ? null : value / planned);
  return {
    windows: counted.length,
    planned,
    lost,
    badRatio: ratio(bad),
    lostRatio: ratio(lost),
  };
}

function overlaps(wave: ReportWave, startMs: number, fault: Disturbance): boolean {
  const { beganAtMs, recoveredMs, reconnectedMs } = fault;
  if (beganAtMs === null) return false;
  const fromMs = wave.startedAtMs - startMs;
  const isOpen = recoveredMs === null || reconnectedMs === null;
  const endMs = isOpen ? Infinity : beganAtMs + Math.max(recoveredMs, reconnectedMs);
  return fromMs < endMs && fromMs + wave.measuredMs > beganAtMs;
}

export interface Ending {
  readonly verdict: FixedRunReport["run"]["verdict"];
  readonly reason: string;
  readonly exitCode: number;
}

export interface Facts {
  readonly interrupted: boolean;
  readonly error: { readonly message: string; readonly exitCode: number } | undefined;
  readonly windows: readonly ReportWave[];
  readonly standing: Standing;
  readonly objective: Objective;
  readonly faults: readonly FaultResult[];
}

/** How a run of given load ends; the first that applies wins. */
export function endingOf(facts: Facts): Ending {
  const { interrupted, error, windows, standing } = facts;
  if (interrupted) {
    const reason = "stopped by hand; what was measured until then is kept";
    return { verdict: "interrupted", reason, exitCode: EXIT.interrupted };
  }
  if (error !== undefined) {
    return { verdict: "invalid", reason: error.message, exitCode: error.exitCode };
  }
  return invalid(facts) ?? failed(facts) ?? passed(windows.length, standing, facts);
}

const invalidBecause = (reason: string): Ending => ({
  verdict: "invalid",
  reason,
  exitCode: EXIT.invalidRun,
});

const failedBecause = (reason: string): Ending => ({
  verdict: "failed",
  reason,
  exitCode: EXIT.objectiveFailed,
});

function invalid({ windows, faults, standing }: Facts): Ending | undefined {
  const spoiled = windows.filter(({ verdict }) => verdict === "invalid");
  if (windows.length === 0) return invalidBecause("no window was measured");
  if (spoiled.length > MAX_INVALID_RATIO * windows.length) {
    const [first] = spoiled;
    return invalidBecause(
      `the generator spoiled ${spoiled.length} of ${windows.length} windows: ${first?.reason ?? ""}`,
    );
  }
  const unseen = faults.find(({ verdict }) => verdict === "not-seen");
  if (unseen !== undefined) {
    return invalidBecause(`${unseen.kind} planned at ${sec(unseen.plannedAtMs)} was never seen`);
  }
  if (standing.planned > 0) return undefined;
  return invalidBecause(
    faults.length === 0
      ? "no message was due"
      : "no window was free of planned faults, so the objective was not seen: run longer",
  );
}

function failed({ standing, objective, faults }: Facts): Ending | undefined {
  const { badRatio, lostRatio, lost, planned } = standing;
  if (badRatio !== null && badRatio > objective.maxBadRatio) {
    return failedBecause(
      `${percent(badRatio)} of ${count(planned)} missed the ${objective.deadlineMs} ms deadline, ` +
        `allowed ${percent(objective.maxBadRatio)}`,
    );
  }
  // A run of few messages must be allowed one.
  if (lostRatio !== null && lost > Math.max(1, objective.maxLostRatio * planned)) {
    return failedBecause(
      `${count(lost)} of ${count(planned)} lost or failed, allowed ${percent(objective.maxLostRatio)}`,
    );
  }
  const open = faults.find(({ verdict }) => verdict === "not-recovered");
  if (open !== undefined) {
    const what = open.reconnectedMs === null ? "not every Unit came back" : "messages still failed";
    return failedBecause(`${open.kind} at ${sec(open.plannedAtMs)}: ${what} before the run ended`);
  }
  const slow = faults.find(({ verdict }) => verdict === "too-slow");
  if (slow === undefined) return undefined;
  const tookMs = Math.max(slow.recoveredMs ?? 0, slow.reconnectedMs ?? 0);
  return failedBecause(
    `${slow.kind} at ${sec(slow.plannedAtMs)}: recovered after ${sec(tookMs)}, allowed ${sec(slow.withinMs)}`,
  );
}

function passed(windows: number, standing: Standing, { objective, faults }: Facts): Ending {
  const { badRatio, planned } = standing;
  const within = `${percent(1 - (badRatio ?? 1))} of ${count(planned)} within ${objective.deadlineMs} ms`;
  const recovered =
    faults.length === 0
      ? ""
      : `; recovered from ${faults.length} planned ${faults.length === 1 ? "fault" : "faults"}`;
  const counted =
    standing.windows === windows ? "" : ` in ${standing.windows} of ${windows} windows`;
  return { verdict: "passed", reason: `${within}${counted}${recovered}`, exitCode: EXIT.ok };
}

/** How a fault stands once it is over, or the run is. */
export function faultVerdict(fault: Omit<FaultResult, "verdict">): FaultResult["verdict"] {
  const { beganAtMs, observed, recoveredMs, reconnectedMs, withinMs } = fault;
  if (beganAtMs === null || observed === 0) return "not-seen";
  if (recoveredMs === null || reconnectedMs === null) return "not-recovered";
  return Math.max(recoveredMs, reconnectedMs) > withinMs ? "too-slow" : "recovered";
}

const sec = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** Near nothing and near all of it more digits tell more. */
function percent(ratio: number): string {
  const value = ratio * 100;
  return `${Number(value.toFixed(value > 99 || value < 1 ? 3 : 2))} %`;
}
