import { AXES, AXIS_IDS, type AxisId } from "./contracts/axis.ts";
import type { AxisResult, JointResult } from "./contracts/capacity.ts";
import type { Objective } from "./contracts/objective.ts";
import {
  REPORT_SCHEMA,
  type Letter,
  type Report,
  type RunFacts,
  type TargetKind,
} from "./contracts/report.ts";
import { METHOD_VERSION } from "./contracts/scale.ts";
import type { Trial } from "./contracts/trial.ts";
import { adviceOf } from "./grade/advice.ts";
import { axesFor } from "./grade/axis-units.ts";
import { gradeOf } from "./grade/grade.ts";
import { type AxisUse, pentagonOf } from "./grade/pentagon.ts";
import { REFERENCE_UNIT } from "./grade/reference-unit.ts";
import { reconcile, waveOf, worstHealth } from "./grade/tally.ts";

/** What is known of the generator besides its health. */
export type GeneratorFacts = Pick<
  Report["generator"],
  "loadstoneVersion" | "nodeVersion" | "platform" | "cpus" | "workers"
>;

export interface ReportInput {
  readonly run: RunFacts;
  /** Only the axes that were measured. */
  readonly axes: readonly AxisResult[];
  /** Undefined when the axes were only loaded one at a time. */
  readonly joint?: JointResult | undefined;
  readonly trials: readonly Trial[];
  readonly objectives: readonly Objective[];
  readonly generator: GeneratorFacts;
  /** The letter the target holds from an earlier grading by the same method. */
  readonly previousLetter?: Letter | undefined;
  /** Current use of the target, for headroom. */
  readonly use?: AxisUse | undefined;
}

/** More spoiled windows than this and the run is refused: the sample is no longer a fair one. */
export const MAX_INVALID_RATIO = 0.2;

/** Everything a run says, from its trials and results alone: same in, same out, byte for byte. */
export function buildReport(input: ReportInput): Report {
  const { run, objectives } = input;
  const windows = input.trials
    .filter(({ phase }) => phase !== "drain")
    .toSorted((a, b) => a.index - b.index);
  const axes = AXIS_IDS.map(
    (id) => input.axes.find((axis) => axis.id === id) ?? unmeasured(id, run.target.kind),
  );
  const { joint } = input;
  const found = joint === undefined ? axes : [...axes, joint];
  const generator = generatorOf(found, windows, input.generator);
  const grade = gradeOf(axes, {
    kind: run.target.kind,
    depth: run.depth,
    previous: input.previousLetter,
    joint,
  });
  return {
    schema: REPORT_SCHEMA,
    run,
    method: { version: METHOD_VERSION, referenceUnit: REFERENCE_UNIT.id },
    grade,
    axes,
    ...(joint === undefined ? {} : { joint }),
    pentagon: pentagonOf(axes, input.use),
    objectives,
    generator,
    reconciliation: reconcile(windows),
    waves: windows.map(waveOf),
    advice: adviceOf({ run, axes, joint, grade, generator }),
  };
}

function generatorOf(
  found: readonly Pick<AxisResult, "flags">[],
  windows: readonly Trial[],
  facts: GeneratorFacts,
): Report["generator"] {
  const invalidWindows = windows.filter(({ verdict }) => verdict === "invalid").length;
  return {
    limited:
      found.some(({ flags }) => flags.includes("generator-limited")) ||
      invalidWindows > windows.length * MAX_INVALID_RATIO,
    windows: windows.length,
    invalidWindows,
    worst: worstHealth(windows),
    ...facts,
  };
}

function unmeasured(id: AxisId, kind: TargetKind): AxisResult {
  const applies = axesFor(kind).includes(id);
  return {
    id,
    verdict: "inconclusive",
    unit: AXES[id].unit,
    capacity: null,
    limitedBy: null,
    reason: applies ? "not measured in this run" : "a bare broker does not have this axis",
    flags: [applies ? "not-measured" : "not-applicable"],
    c50: null,
    spread: null,
    backgroundFailure: null,
    activeSec: 0,
    harmSec: 0,
    windows: 0,
    invalidWindows: 0,
  };
}
