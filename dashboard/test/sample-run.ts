import { AXIS_IDS, AXES, type AxisId, type RayId, RAYS } from "#grader/contracts/axis.ts";
import type { AxisResult } from "#grader/contracts/capacity.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { Report } from "#grader/contracts/report.ts";
import type { GeneratorHealth, Phase, Trial, WindowVerdict } from "#grader/contracts/trial.ts";
import { buildReport } from "#grader/report.ts";
import type {
  EstimateDetail,
  EventRow,
  GradeRow,
  RunRow,
  SecondRow,
  SparseHistogram,
} from "#harness/store/rows.ts";
import { latency } from "#reports/render/format.ts";
import { bucketOf } from "../lib/histogram.ts";
import { jointOf, jointTrials, type SampleWindow } from "./sample-joint.ts";

/** Rows of the store as a few graded days would leave them. */
export interface SampleRows {
  readonly runs: readonly RunRow[];
  readonly trials: readonly Trial[];
  readonly seconds: readonly SecondRow[];
  readonly events: readonly EventRow[];
  readonly grades: readonly GradeRow[];
}

/** How one axis of the pretended target behaves. */
interface AxisModel {
  readonly capacity: number;
  readonly baseMs: number;
  readonly start: number;
  readonly limitedBy: "resource" | "policy";
  readonly objective: Objective;
}

const objective = (axis: AxisId, deadlineMs: number, maxLostRatio: number): Objective => ({
  axis,
  deadlineMs,
  maxBadRatio: 0.01,
  maxLostRatio,
  maxGrowthRatio: 0.01,
  growthSlack: 10,
});

const MODEL: Readonly<Record<AxisId, AxisModel>> = {
  link: {
    capacity: 10_000,
    baseMs: 38,
    start: 600,
    limitedBy: "policy",
    objective: objective("link", 2000, 0.001),
  },
  relay: {
    capacity: 428,
    baseMs: 3.4,
    start: 20,
    limitedBy: "resource",
    objective: objective("relay", 250, 0.0001),
  },
  store: {
    capacity: 672,
    baseMs: 2600,
    start: 40,
    limitedBy: "resource",
    objective: objective("store", 10_000, 0.001),
  },
  base: {
    capacity: 25.2,
    baseMs: 61,
    start: 2,
    limitedBy: "resource",
    objective: objective("base", 5000, 0.001),
  },
  api: {
    capacity: 18.9,
    baseMs: 44,
    start: 2,
    limitedBy: "resource",
    objective: objective("api", 500, 0.001),
  },
};

export const SAMPLE_TARGET = "https://pepeunit.garage.lan";
export const SAMPLE_IDS = {
  latest: "r-20261123-glance",
  earlier: "r-20261121-quick",
  running: "r-20261123-live",
  invalid: "r-20261122-laptop",
  cutOff: "r-20261120-evening",
} as const;

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Mulberry32: the same sample on every machine. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const healthy = (random: () => number, strain: number): GeneratorHealth => ({
  latenessP50Ms: 0.2 + random() * 0.1,
  latenessP99Ms: 1.1 + random() * 0.9 + strain * 4,
  latenessP999Ms: 2.6 + random() * 2 + strain * 9,
  unsentRatio: 0,
  loopDelayMaxMs: 4 + random() * 5 + strain * 12,
  cpuRatio: 0.08 + random() * 0.03 + strain * 0.3,
  rssBytes: Math.round(148e6 + random() * 9e6),
  openSockets: Math.round(120 + strain * 800),
});

/** Milliseconds at the middle and at the tail for a load that is `use` times the capacity. */
function latencyAt(model: AxisModel, use: number, random: () => number) {
  const noise = 0.94 + random() * 0.12;
  if (use > 1) {
    const over = model.objective.deadlineMs * (0.7 + (use - 1) * 3.4) * noise;
    return { p50: over, p95: over * 1.5, p99: over * 1.8, max: over * 2.1 };
  }
  const queue = 1 + (0.35 * use) / (1.12 - use);
  const p50 = model.baseMs * queue * noise;
  const tail = 1 + 2.4 * use ** 6;
  const ceiling = model.objective.deadlineMs * (0.5 + 0.4 * use) * noise;
  const within = (ms: number, share: number) => Math.min(ms, ceiling * share);
  return {
    p50: within(p50, 0.4),
    p95: within(p50 * 1.6 * tail, 0.75),
    p99: within(p50 * 2.3 * tail, 1),
    max: within(p50 * 4.2 * tail, 1.3),
  };
}

interface Step {
  readonly load: number;
  readonly phase: Phase;
  readonly invalid?: boolean;
}

const round = (load: number) => (load > 100 ? Math.round(load) : Math.round(load * 10) / 10);

/** Doubling until it breaks, then narrowing the gap, then a soak below it. */
function stepsOf(axis: AxisId, model: AxisModel): readonly Step[] {
  const steps: Step[] = [];
  let lower = model.start;
  let upper = model.start;
  for (let load = model.start; ; load *= 2) {
    const capped = axis === "link" ? Math.min(load, model.capacity) : load;
    steps.push({ load: round(capped), phase: axis === "link" ? "checkpoint" : "wave" });
    if (capped >= model.capacity) {
      upper = capped;
      break;
    }
    lower = load;
  }
  if (axis === "link") return steps;
  steps.push({ load: 0, phase: "drain" }, { load: round(model.start * 2), phase: "background" });
  for (let i = 0; i < 4; i++) {
    const middle = Math.sqrt(lower * upper);
    if (middle > model.capacity) upper = middle;
    else lower = middle;
    if (axis === "api" && i === 1) {
      steps.push({ load: round(middle), phase: "refine", invalid: true });
    }
    steps.push({ load: round(middle), phase: "refine" });
    if (middle > model.capacity) steps.push({ load: 0, phase: "drain" });
  }
  for (const factor of [0.9, 0.96]) {
    steps.push({ load: round(model.capacity * factor), phase: "probe" });
  }
  for (let i = 0; i < 3; i++) steps.push({ load: round(model.capacity * 0.9), phase: "soak" });
  return steps;
}

function reasonOf(verdict: WindowVerdict, p99: number, model: AxisModel, phase: Phase): string {
  const { deadlineMs } = model.objective;
  if (phase === "drain") return "backlog and latency back at baseline";
  if (verdict === "invalid") {
    return `generator-limited: lateness p99 61 ms, at most ${latency(deadlineMs / 10)} allowed; repeated`;
  }
  if (verdict === "bad") return `p99 ${latency(p99)}, at most ${latency(deadlineMs)} allowed`;
  return `p99 ${latency(p99)} of ${latency(deadlineMs)}, nothing lost`;
}

/** One window; the start and the index come from the caller. */
function windowOf(
  runId: string,
  axis: AxisId,
  step: Step,
  index: number,
  startedAtMs: number,
  scale: number,
  random: () => number,
): Trial {
  const model = MODEL[axis];
  const capacity = model.capacity * scale;
  const use = axis === "link" ? Math.min(step.load / capacity, 1) * 0.8 : step.load / capacity;
  const drain = step.phase === "drain";
  const bad = !drain && use > 1;
  const hard = use > 1.3;
  const measuredMs = drain ? 4000 : bad ? (hard ? 3400 : 6200) : 10_000;
  const perWindow = axis === "link" ? step.load : (step.load * measuredMs) / 1000;
  const planned = drain ? 0 : Math.round(axis === "link" ? step.load : (step.load * 10_000) / 1000);
  const intended = drain ? 0 : Math.min(planned, Math.round(perWindow));
  const latencyMs = latencyAt(model, use, random);
  const errors = bad && axis === "api" ? Math.round(intended * 0.04) : 0;
  const lost = hard && axis !== "link" ? Math.round(intended * 0.02) : 0;
  const late = bad ? Math.round(intended * (1 - 1 / use) * 0.8) : Math.round(intended * 0.001);
  const pending = bad ? Math.round(intended * 0.05) : 0;
  const unsent = step.invalid ? Math.round(intended * 0.03) : 0;
  const good = intended - errors - lost - late - pending - unsent;
  const verdict: WindowVerdict = step.invalid ? "invalid" : bad ? "bad" : "good";
  const delivered = drain ? 0 : Math.min(step.load, capacity * (0.985 + random() * 0.02));
  return {
    runId,
    axis,
    index,
    step: index,
    phase: step.phase,
    load: step.load,
    startedAtMs,
    measuredMs,
    stepElapsedMs: measuredMs + 2000,
    planned,
    intended,
    sent: intended - unsent,
    acknowledged: intended - unsent - lost,
    good,
    late,
    lost,
    errors,
    unsent,
    pending,
    duplicated: bad && axis === "relay" ? 3 : 0,
    reordered: 0,
    inFlightStart: Math.round(use * 4),
    inFlightEnd: bad ? Math.round(intended * 0.12) : Math.round(use * 5),
    deliveredPerSec: delivered,
    ...(drain ? {} : { latencyMs: { count: good + late, ...latencyMs } }),
    errorClasses: errors > 0 ? { "http-503": errors } : {},
    curtailed: bad,
    hard,
    verdict,
    reason: reasonOf(verdict, latencyMs.p99, model, step.phase),
    health: step.invalid
      ? { ...healthy(random, 1.9), latenessP99Ms: 61, unsentRatio: 0.03 }
      : healthy(random, Math.min(use, 1) * 0.4),
  };
}

function trialsOf(
  runId: string,
  startedAtMs: number,
  scale: number,
  random: () => number,
  axes: readonly AxisId[] = AXIS_IDS,
): readonly Trial[] {
  const trials: Trial[] = [];
  let atMs = startedAtMs + 6000;
  for (const axis of axes) {
    const capacity = MODEL[axis].capacity * (axis === "link" ? 1 : scale);
    for (const step of stepsOf(axis, { ...MODEL[axis], capacity })) {
      const trial = windowOf(runId, axis, step, trials.length, atMs, scale, random);
      trials.push(trial);
      atMs += trial.stepElapsedMs;
    }
  }
  const last = trials.at(-1);
  if (axes.length < AXIS_IDS.length || last === undefined) return trials;
  const window: SampleWindow = (axis, step, index, beganAtMs) =>
    windowOf(runId, axis, step, index, beganAtMs, scale, random);
  return [...trials, ...jointTrials(window, last, scale)];
}

const sum = (trials: readonly Trial[], pick: (t: Trial) => number) =>
  trials.reduce((total, t) => total + pick(t), 0);

function resultOf(axis: AxisId, scale: number, trials: readonly Trial[]): AxisResult {
  const model = MODEL[axis];
  const own = trials.filter((t) => t.axis === axis);
  const value = axis === "link" ? model.capacity : model.capacity * scale;
  const policy = model.limitedBy === "policy";
  const broke = own.find((t) => t.verdict === "bad");
  return {
    id: axis,
    verdict: policy ? "censored" : "measured",
    unit: AXES[axis].unit,
    capacity: {
      value,
      low: policy ? value : value * 0.9,
      high: policy ? null : value * 1.09,
      rated: policy ? value : value * 0.92,
    },
    limitedBy: model.limitedBy,
    reason: policy
      ? "PU_MQTT_MAX_CLIENTS stops at 10 000 sessions; nothing broke below it"
      : (broke?.reason ?? "nothing broke up to the ceiling"),
    flags: policy ? ["censored", "policy-limited"] : [],
    c50: policy ? null : value * 1.05,
    spread: policy ? null : 0.04,
    backgroundFailure: policy ? null : 0.012,
    activeSec: sum(own, (t) => t.measuredMs) / 1000,
    harmSec: sum(
      own.filter((t) => t.verdict === "bad"),
      (t) => t.measuredMs / 1000,
    ),
    windows: own.length,
    invalidWindows: own.filter((t) => t.verdict === "invalid").length,
  };
}

function reportOf(run: RunRow, trials: readonly Trial[], scale: number): Report {
  const { runId, targetUrl, depth, seed, startedAtMs, loadstoneVersion } = run;
  return buildReport({
    run: {
      id: runId,
      verdict: "passed",
      reason: run.reason,
      target: { kind: "instance", url: targetUrl, name: "Garage", version: "1.12.0" },
      depth,
      seed,
      startedAtMs,
      endedAtMs: run.endedAtMs ?? startedAtMs,
      axes: [...AXIS_IDS],
      exitCode: 0,
    },
    axes: AXIS_IDS.map((axis) => resultOf(axis, scale, trials)),
    joint: jointOf(trials, scale),
    trials,
    objectives: AXIS_IDS.map((axis) => MODEL[axis].objective),
    generator: { loadstoneVersion, nodeVersion: "20.20.2", platform: "linux x64", cpus: 2 },
  });
}

interface RunParts {
  readonly runId: string;
  readonly startedAtMs: number;
  readonly depth: RunRow["depth"];
}

const runOf = ({ runId, startedAtMs, depth }: RunParts): RunRow => ({
  runId,
  revision: 2,
  state: "finished",
  verdict: "passed",
  reason: "all five axes have an answer",
  targetKind: "instance",
  targetUrl: SAMPLE_TARGET,
  depth,
  axes: [...AXIS_IDS],
  seed: 20_261_123,
  startedAtMs,
  endedAtMs: startedAtMs + 9 * MINUTE + 41_000,
  heartbeatAtMs: startedAtMs + 9 * MINUTE + 41_000,
  plan: JSON.stringify({
    targetKind: "instance",
    depth,
    seed: 20_261_123,
    maxUnits: 10_000,
    connectsPerSec: 16,
    axes: AXIS_IDS.map((axis) => ({ axis, objective: MODEL[axis].objective })),
  }),
  environment: JSON.stringify({
    node: "20.20.2",
    platform: "linux x64",
    cpus: 2,
    memoryBytes: 4_123_168_768,
    broker: "EMQX 5.8.6",
    clickhouse: "26.7.1",
    targetAddress: "192.168.1.20",
  }),
  loadstoneVersion: "0.1.0",
});

const eventOf = (
  runId: string,
  atMs: number,
  kind: string,
  severity: EventRow["severity"],
  axis: RayId | null,
  message: string,
  detail: object = {},
): EventRow => ({ runId, atMs, kind, severity, axis, message, detail: JSON.stringify(detail) });

function eventsOf(runId: string, startedAtMs: number, trials: readonly Trial[]): EventRow[] {
  const events = [
    eventOf(runId, startedAtMs, "state", "info", null, "run started"),
    eventOf(runId, startedAtMs + 2400, "provision", "info", null, "120 Units made on the instance"),
  ];
  let lower: number | null = null;
  let upper: number | null = null;
  let axis: RayId | null = null;
  for (const t of trials) {
    if (t.axis !== axis) [axis, lower, upper] = [t.axis, null, null];
    if (t.verdict === "good" && t.phase !== "drain") lower = Math.max(lower ?? 0, t.load);
    if (t.verdict === "bad") upper = Math.min(upper ?? Infinity, t.load);
    const endMs = t.startedAtMs + t.stepElapsedMs;
    if (t.phase === "drain") {
      events.push(eventOf(runId, endMs, "drain", "info", t.axis, t.reason));
      continue;
    }
    const severity = t.verdict === "good" ? "info" : "warning";
    const words = `window ${t.index} at ${t.load} ${RAYS[t.axis].unit}: ${t.verdict}, ${t.reason}`;
    events.push(eventOf(runId, endMs, "wave", severity, t.axis, words));
    const middle = lower !== null && upper !== null ? Math.sqrt(lower * upper) : lower;
    const detail: EstimateDetail = {
      axis: t.axis,
      phase: t.phase,
      load: t.load,
      lower,
      upper,
      value: middle,
      low: lower === null ? null : lower * 0.96,
      high: upper === null ? null : upper * 1.04,
      remainingMs: Math.max(0, 9 * MINUTE - (endMs - startedAtMs)),
      unitsConnected: t.axis === "link" ? t.load : 640,
    };
    events.push(eventOf(runId, endMs, "estimate", "info", t.axis, "estimate", detail));
  }
  return events;
}

/** A histogram with the quantiles of a window, spread over a few buckets. */
function histogramOf(
  count: number,
  at: { p50: number; p95: number; p99: number },
  random: () => number,
): SparseHistogram {
  const counts = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const rank = random();
    const ms =
      rank < 0.5
        ? at.p50 * (0.6 + rank * 0.8)
        : rank < 0.95
          ? at.p50 + ((rank - 0.5) / 0.45) ** 2 * (at.p95 - at.p50)
          : at.p95 + ((rank - 0.95) / 0.05) * (at.p99 * 1.1 - at.p95);
    const bucket = bucketOf(Math.round(ms * 1000));
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a], [b]) => a - b);
  return { buckets: sorted.map(([bucket]) => bucket), counts: sorted.map(([, n]) => n) };
}

/** The seconds of windows that began before `untilMs`. */
function secondsOf(
  runId: string,
  trials: readonly Trial[],
  untilMs: number,
  random: () => number,
): SecondRow[] {
  const seconds: SecondRow[] = [];
  for (const t of trials) {
    const from = Math.ceil(t.startedAtMs / 1000) * 1000;
    for (let atMs = from; atMs < t.startedAtMs + t.stepElapsedMs; atMs += 1000) {
      if (atMs > untilMs) return seconds;
      const settling = atMs >= t.startedAtMs + t.measuredMs || t.phase === "drain";
      const intended = settling
        ? 0
        : Math.round(t.axis === "link" ? Math.min(t.load / 10, 16) : t.load);
      const share = t.planned === 0 ? 0 : intended / Math.max(1, t.intended);
      const lost = Math.round(t.lost * share);
      const errors = Math.round(t.errors * share);
      const late = Math.round(t.late * share);
      const delivered = Math.max(
        0,
        Math.round(Math.min(intended, t.deliveredPerSec * (0.96 + random() * 0.06)) - errors),
      );
      seconds.push({
        runId,
        axis: t.axis,
        stream: t.axis,
        agent: "main",
        atMs,
        load: settling ? 0 : t.load,
        phase: settling ? "drain" : t.phase,
        intended,
        sent: intended,
        delivered,
        good: Math.max(0, delivered - late),
        late,
        lost,
        errors,
        unsent: 0,
        inFlight: Math.round(t.inFlightEnd * (settling ? 0.3 : 0.8)),
        latency:
          t.latencyMs === undefined || delivered === 0
            ? { buckets: [], counts: [] }
            : histogramOf(Math.min(delivered, 400), t.latencyMs, random),
        health: { ...t.health, latenessP99Ms: t.health.latenessP99Ms * (0.8 + random() * 0.4) },
      });
    }
  }
  return seconds;
}

const gradeOf = (run: RunRow, trials: readonly Trial[], scale: number): GradeRow => ({
  runId: run.runId,
  atMs: run.endedAtMs ?? run.startedAtMs,
  digest: "5f2c9d".padEnd(64, "0"),
  report: reportOf(run, trials, scale),
});

/** Two graded runs with everything, older grades for the trend, and one run still going on. */
export function sampleRows(nowMs: number, runningForMs = 230_000): SampleRows {
  const second = Math.floor(nowMs / 1000) * 1000;
  const random = seeded(7);

  const latest = runOf({
    runId: SAMPLE_IDS.latest,
    startedAtMs: second - 95 * MINUTE,
    depth: "glance",
  });
  const earlier = runOf({
    runId: SAMPLE_IDS.earlier,
    startedAtMs: second - 2 * DAY,
    depth: "quick",
  });
  const latestTrials = trialsOf(latest.runId, latest.startedAtMs, 1, random);
  const earlierTrials = trialsOf(earlier.runId, earlier.startedAtMs, 0.71, random);

  const runningStart = second - runningForMs;
  const whole = trialsOf(SAMPLE_IDS.running, runningStart, 1.05, random, ["link", "relay", "api"]);
  const closed = whole.filter((t) => t.startedAtMs + t.stepElapsedMs <= second - 1000);
  const running: RunRow = {
    ...runOf({ runId: SAMPLE_IDS.running, startedAtMs: runningStart, depth: "quick" }),
    revision: 1,
    state: "running",
    verdict: null,
    reason: "",
    endedAtMs: null,
    heartbeatAtMs: second,
  };
  const invalid: RunRow = {
    ...runOf({ runId: SAMPLE_IDS.invalid, startedAtMs: second - DAY, depth: "glance" }),
    verdict: "invalid",
    reason: "the generator was the limit in 31 % of windows; run it on an idle machine",
  };
  const cutOff: RunRow = {
    ...runOf({ runId: SAMPLE_IDS.cutOff, startedAtMs: second - 3 * DAY, depth: "quick" }),
    state: "cut-off",
    verdict: "cut-off",
    endedAtMs: null,
    reason: "the harness stopped without a word",
  };

  const history = [0.46, 0.52, 0.5, 0.63, 0.66].map((scale, i) => {
    const startedAtMs = second - (12 - 2 * i) * DAY;
    return { run: runOf({ runId: `r-history-${i}`, startedAtMs, depth: "quick" }), scale };
  });

  return {
    runs: [latest, earlier, running, invalid, cutOff, ...history.map((h) => h.run)],
    trials: [...latestTrials, ...earlierTrials, ...closed],
    seconds: secondsOf(SAMPLE_IDS.running, whole, second - 1000, random),
    events: [
      ...eventsOf(latest.runId, latest.startedAtMs, latestTrials),
      ...eventsOf(earlier.runId, earlier.startedAtMs, earlierTrials),
      ...eventsOf(SAMPLE_IDS.running, runningStart, closed),
    ],
    grades: [
      gradeOf(latest, latestTrials, 1),
      gradeOf(earlier, earlierTrials, 0.71),
      ...history.map((h) => gradeOf(h.run, [], h.scale)),
    ],
  };
}
