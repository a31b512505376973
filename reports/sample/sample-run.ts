/** A made-up run of an instance, all five axes, for the goldens. Deterministic: no clock, no chance. */
import { AXES, AXIS_IDS, type AxisId } from "#grader/contracts/axis.ts";
import type { AxisFlag, AxisResult, LimitedBy } from "#grader/contracts/capacity.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { RunFacts } from "#grader/contracts/report.ts";
import type { Phase, Trial } from "#grader/contracts/trial.ts";
import { JOINT_RESULT, jointTrials } from "./sample-joint.ts";

interface Truth {
  readonly capacity: number;
  readonly floor: number;
  readonly deadlineMs: number;
  readonly idleMs: number;
  readonly limitedBy: LimitedBy;
  readonly flags: readonly AxisFlag[];
  readonly reason: string;
}

const TRUTH: Readonly<Record<AxisId, Truth>> = {
  link: {
    capacity: 2500,
    floor: 200,
    deadlineMs: 2000,
    idleMs: 90,
    limitedBy: "policy",
    flags: ["policy-limited"],
    reason: "connections were refused at 2 600 Units, the configured limit is 2 500",
  },
  relay: {
    capacity: 412,
    floor: 25,
    deadlineMs: 250,
    idleMs: 6,
    limitedBy: "resource",
    flags: [],
    reason: "4.2 % later than 250 ms at 438 msg/s, 1 % is allowed",
  },
  store: {
    capacity: 905,
    floor: 50,
    deadlineMs: 10_000,
    idleMs: 5200,
    limitedBy: "resource",
    flags: [],
    reason: "in-flight grew by 3.1 % of planned at 960 msg/s, 1 % is allowed",
  },
  base: {
    capacity: 36.4,
    floor: 2,
    deadlineMs: 5000,
    idleMs: 240,
    limitedBy: "resource",
    flags: ["wide"],
    reason: "6.8 % later than 5 s at 39 msg/s, 1 % is allowed",
  },
  api: {
    capacity: 31.2,
    floor: 2,
    deadlineMs: 500,
    idleMs: 38,
    limitedBy: "resource",
    flags: [],
    reason: "2.9 % later than 500 ms at 33 req/s, 1 % is allowed",
  },
};

const STARTED_AT_MS = 1_795_442_700_000;

/** Phases of a search with the loads tried, as multiples of the true capacity. */
const REFINE = [0.74, 1.04, 0.9, 0.97, 1.01, 0.93, 1.02, 0.95, 0.99, 0.94, 0.96, 1.03];

const RUN: RunFacts = {
  id: "2026-11-23-1405-garage",
  verdict: "passed",
  reason: "every axis asked for has an answer",
  target: {
    kind: "instance",
    url: "http://10.0.4.12:8080",
    name: "garage.example",
    version: "1.1.4",
  },
  depth: "standard",
  seed: 7,
  startedAtMs: STARTED_AT_MS,
  endedAtMs: STARTED_AT_MS + 2_287_000,
  axes: [...AXIS_IDS],
  exitCode: 0,
};

/** A healthy instance, all five axes. */
export const SAMPLE = {
  run: RUN,
  axes: AXIS_IDS.map((id) => axisResult(id, TRUTH[id])),
  joint: JOINT_RESULT,
  trials: sampleTrials(),
  objectives: AXIS_IDS.map(objectiveOf),
  generator: {
    loadstoneVersion: "0.1.0",
    nodeVersion: "20.20.2",
    platform: "linux x64",
    cpus: 2,
    workers: 1,
  },
};

/** A bare broker at a glance that the generator could not bring to its knees. */
export const SAMPLE_BROKER = {
  ...SAMPLE,
  run: {
    ...RUN,
    id: "2026-11-23-1512-mosquitto",
    verdict: "invalid",
    reason: "the generator was the limit on Relay; Link was not judged",
    target: { kind: "broker", url: "mqtt://127.0.0.1:1883", name: null, version: "2.0.22" },
    depth: "glance",
    endedAtMs: STARTED_AT_MS + 96_000,
    axes: ["link", "relay"],
    exitCode: 120,
  } satisfies RunFacts,
  axes: [unjudgedLink(), cappedRelay()],
  joint: undefined,
  trials: SAMPLE.trials
    .filter(({ axis, phase }) => axis === "relay" && phase === "wave")
    .slice(0, 5)
    .map((trial, index) => ({ ...trial, index, step: index })),
  objectives: SAMPLE.objectives.slice(0, 2),
};

function objectiveOf(axis: AxisId): Objective {
  return {
    axis,
    deadlineMs: TRUTH[axis].deadlineMs,
    maxBadRatio: 0.01,
    maxLostRatio: axis === "relay" ? 0.0001 : 0.001,
    maxGrowthRatio: 0.01,
    growthSlack: 10,
  };
}

function unjudgedLink(): AxisResult {
  return {
    ...axisResult("link", TRUTH.link),
    verdict: "inconclusive",
    capacity: null,
    limitedBy: "generator",
    reason: "stopped at 900 Units: 1 024 files may be open, `ulimit -n` is the limit",
    flags: ["generator-limited"],
    activeSec: 44,
    harmSec: 0,
  };
}

function cappedRelay(): AxisResult {
  return {
    ...axisResult("relay", TRUTH.relay),
    verdict: "censored",
    capacity: { value: 400, low: 400, high: null, rated: null },
    limitedBy: "generator",
    reason: "held 400 msg/s, the ceiling of this generator",
    flags: ["censored", "generator-limited"],
    activeSec: 41,
    harmSec: 0,
  };
}

function axisResult(id: AxisId, truth: Truth): AxisResult {
  const { capacity, limitedBy, flags, reason } = truth;
  const arm = flags.includes("wide") ? 0.14 : 0.06;
  return {
    id,
    verdict: "measured",
    unit: AXES[id].unit,
    capacity: {
      value: capacity,
      low: capacity * (1 - arm),
      high: capacity * (1 + arm),
      rated: capacity * (1 - arm * 0.9),
    },
    limitedBy,
    reason,
    flags: [...flags],
    c50: capacity * 1.03,
    spread: 0.02,
    backgroundFailure: 0.01,
    activeSec: 284,
    harmSec: 7,
    windows: 24,
    invalidWindows: id === "store" ? 1 : 0,
  };
}

function sampleTrials(): Trial[] {
  const trials: Trial[] = [];
  let startedAtMs = STARTED_AT_MS + 4000;
  let step = 0;
  const add = (axis: AxisId, phase: Phase, load: number, invalid = false) => {
    const trial = sampleTrial(axis, phase, load, trials.length, step++, startedAtMs, invalid);
    trials.push(trial);
    startedAtMs += trial.stepElapsedMs;
  };
  for (const axis of AXIS_IDS) {
    const { capacity, floor } = TRUTH[axis];
    if (axis === "link") {
      for (let load = floor; load < capacity * 1.2; load *= 1.25) add(axis, "checkpoint", load);
      add(axis, "drain", 0);
      continue;
    }
    let load = floor;
    for (; load < capacity * 1.02; load *= 2) add(axis, "wave", load);
    add(axis, "wave", load);
    add(axis, "drain", 0);
    for (let i = 0; i < 3; i++) add(axis, "warm", (load / 2) * 1.06);
    for (const [i, share] of REFINE.entries()) {
      if (axis === "store" && i === 4) add(axis, "refine", capacity * share, true);
      add(axis, "refine", capacity * share);
    }
    for (let i = 0; i < 3; i++) add(axis, "soak", capacity * 0.93);
  }
  const last = trials.at(-1);
  return last === undefined ? trials : [...trials, ...jointTrials(jointWindow, last)];
}

function jointWindow(
  axis: AxisId,
  phase: Phase,
  load: number,
  index: number,
  startedAtMs: number,
): Trial {
  return sampleTrial(axis, phase, load, index, index, startedAtMs, false);
}

function sampleTrial(
  axis: AxisId,
  phase: Phase,
  load: number,
  index: number,
  step: number,
  startedAtMs: number,
  invalid: boolean,
): Trial {
  const { capacity, deadlineMs, idleMs } = TRUTH[axis];
  const use = load / capacity;
  const wobble = ((index * 37) % 11) / 11;
  const windowMs = phase === "wave" ? 5000 : phase === "drain" ? 0 : 10_000;
  const planned = axis === "link" ? Math.round(load) : Math.round((load * windowMs) / 1000);
  const over = Math.max(0, use - 1);
  const curtailed = over > 0.05;
  const intended = curtailed ? Math.round(planned * 0.4) : planned;
  const bad = over === 0 ? 0 : Math.min(intended, Math.ceil(intended * Math.min(0.6, over * 2)));
  const lost = over > 0.1 ? Math.floor(bad * 0.2) : 0;
  const pending = over > 0.1 ? Math.floor(bad * 0.3) : 0;
  const unsent = invalid ? Math.ceil(intended * 0.04) : 0;
  const late = bad - lost - pending;
  const good = intended - bad - unsent;
  const p99 =
    over > 0
      ? deadlineMs * (1.1 + over * 3)
      : idleMs + (deadlineMs - idleMs) * (0.02 + 0.6 * use ** 8 + 0.1 * wobble);
  const measuredMs = curtailed ? windowMs * 0.4 : windowMs;
  const latenessP99Ms = invalid ? 61 : 1.2 + wobble;
  return {
    runId: "2026-11-23-1405-garage",
    axis,
    index,
    step,
    phase,
    load,
    startedAtMs,
    measuredMs,
    stepElapsedMs: measuredMs + 3000 + (phase === "drain" ? 12_000 : 0),
    planned,
    intended,
    sent: intended - unsent,
    acknowledged: intended - unsent - lost,
    good,
    late,
    lost,
    errors: 0,
    unsent,
    pending,
    duplicated: axis === "relay" && over > 0 ? 2 : 0,
    reordered: 0,
    inFlightStart: 1,
    inFlightEnd: pending + 1,
    deliveredPerSec: measuredMs === 0 ? 0 : Math.round(((good + late) * 1000) / measuredMs),
    ...(phase === "drain"
      ? {}
      : {
          latencyMs: {
            count: good + late,
            p50: idleMs,
            p95: idleMs + (p99 - idleMs) / 3,
            p99,
            max: p99 * 1.6,
          },
        }),
    errorClasses: {},
    curtailed,
    hard: over > 0.1,
    verdict: invalid ? "invalid" : bad > planned * 0.01 ? "bad" : "good",
    reason: reasonOf(invalid, bad, intended, deadlineMs),
    health: {
      latenessP50Ms: 0.2,
      latenessP99Ms,
      latenessP999Ms: latenessP99Ms * 2,
      unsentRatio: intended === 0 ? 0 : unsent / intended,
      loopDelayMaxMs: invalid ? 74 : 5 + wobble,
      cpuRatio: 0.2 + wobble * 0.2,
      rssBytes: 118_000_000,
      openSockets: 2500,
    },
  };
}

function reasonOf(invalid: boolean, bad: number, intended: number, deadlineMs: number): string {
  if (invalid) return "generator: lateness p99 61 ms, the limit is a tenth of the deadline";
  if (bad === 0) return "all good";
  return `${((bad / intended) * 100).toFixed(1)} % bad of ${deadlineMs} ms, 1 % is allowed`;
}
