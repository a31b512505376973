import { AXIS_IDS } from "#grader/contracts/axis.ts";
import type {
  EventRow,
  GradeRow,
  ProfileRow,
  ResourceRow,
  RunRow,
  SecondRow,
  TrialRow,
  UnitMinuteRow,
} from "./rows.ts";

/** Rows for tests: whole and valid, with the fields that matter given by the test. */

export const NOW_MS = Date.UTC(2026, 10, 23, 12, 0, 0);

const health = {
  latenessP50Ms: 0.1,
  latenessP99Ms: 1.7000000000000002,
  latenessP999Ms: 3,
  unsentRatio: 0,
  loopDelayMaxMs: 12.5,
  cpuRatio: 0.42,
  rssBytes: 123_456_789,
  openSockets: 12,
};

export const runRow = (fields: Partial<RunRow> = {}): RunRow => ({
  runId: "run-1",
  revision: 0,
  state: "running",
  verdict: null,
  reason: "",
  targetKind: "instance",
  targetUrl: "http://127.0.0.1:8080",
  depth: "quick",
  axes: ["link", "relay"],
  seed: 9_007_199_254_740_991,
  startedAtMs: NOW_MS + 0.125,
  endedAtMs: null,
  heartbeatAtMs: NOW_MS,
  plan: '{"waves":[1,2]}',
  environment: '{"cpu":"zwei Kerne \\u0000 \\"quoted\\"\\n"}',
  loadstoneVersion: "0.1.0",
  ...fields,
});

export const trialRow = (fields: Partial<TrialRow> = {}): TrialRow => ({
  runId: "run-1",
  axis: "relay",
  index: 0,
  step: 0,
  phase: "wave",
  load: 19.3,
  startedAtMs: NOW_MS,
  measuredMs: 10_000,
  stepElapsedMs: 12_345.678,
  planned: 200,
  intended: 193,
  sent: 193,
  sampled: 4,
  acknowledged: 193,
  good: 190,
  late: 2,
  lost: 1,
  errors: 0,
  unsent: 0,
  pending: 0,
  duplicated: 0,
  reordered: 0,
  inFlightStart: 0,
  inFlightEnd: 1,
  deliveredPerSec: 19.2,
  latencyMs: { count: 192, p50: 1.5, p95: 3.25, p99: 250.1, max: 251 },
  errorClasses: { timeout: 1 },
  curtailed: false,
  hard: true,
  verdict: "good",
  reason: "1.6 % bad of 2 % allowed",
  health,
  ...fields,
});

export const secondRow = (fields: Partial<SecondRow> = {}): SecondRow => ({
  runId: "run-1",
  axis: "relay",
  stream: "relay",
  agent: "main",
  atMs: NOW_MS,
  load: 100,
  phase: "wave",
  intended: 100,
  sent: 100,
  delivered: 99,
  good: 99,
  late: 0,
  lost: 1,
  errors: 0,
  unsent: 0,
  inFlight: 1,
  latency: { buckets: [3, 17, 1000], counts: [50, 48, 1] },
  health,
  ...fields,
});

export const eventRow = (fields: Partial<EventRow> = {}): EventRow => ({
  runId: "run-1",
  atMs: NOW_MS,
  kind: "wave",
  severity: "info",
  axis: null,
  message: "Wave 1 begins",
  detail: "{}",
  ...fields,
});

export const resourceRow = (fields: Partial<ResourceRow> = {}): ResourceRow => ({
  runId: "run-1",
  atMs: NOW_MS,
  source: "emqx",
  metric: "messages_received",
  value: -0.1,
  ...fields,
});

export const profileRow = (fields: Partial<ProfileRow> = {}): ProfileRow => ({
  profileId: "temp-sensor",
  atMs: NOW_MS,
  source: "library",
  document: "{}",
  ...fields,
});

export const unitMinuteRow = (fields: Partial<UnitMinuteRow> = {}): UnitMinuteRow => ({
  instance: "home",
  repo: "temp-sensor",
  unit: "unit-1",
  node: "output/temp",
  atMs: NOW_MS,
  messages: 60,
  bytes: 300,
  stored: 6,
  ...fields,
});

export const gradeRow = (
  runId: string,
  fields: Partial<Omit<GradeRow, "runId">> = {},
): GradeRow => ({
  runId,
  atMs: NOW_MS,
  digest: "0".repeat(64),
  report: report(runId),
  ...fields,
});

function report(runId: string): GradeRow["report"] {
  return {
    schema: "loadstone/report/1",
    run: {
      id: runId,
      verdict: "passed",
      reason: "Two axes measured.",
      target: { kind: "instance", url: "http://127.0.0.1:8080", name: null, version: "1.2.3" },
      depth: "quick",
      seed: 7,
      startedAtMs: NOW_MS,
      endedAtMs: NOW_MS + 600_000.5,
      axes: ["relay"],
      exitCode: 0,
    },
    method: { version: 1, referenceUnit: "1" },
    grade: {
      letter: "B",
      units: 1234.5678901234567,
      low: 1000,
      high: null,
      limitedBy: "relay",
      scope: "partial",
      axes: ["relay"],
      publishable: false,
      caps: ["glance is not publishable"],
    },
    axes: AXIS_IDS.map((id) => ({
      id,
      verdict: "inconclusive",
      unit: "msg/s",
      capacity: null,
      limitedBy: null,
      reason: "not asked for",
      flags: ["not-measured"],
      c50: null,
      spread: null,
      backgroundFailure: null,
      activeSec: 0,
      harmSec: 0,
      windows: 0,
      invalidWindows: 0,
    })),
    pentagon: AXIS_IDS.map((axis) => ({
      axis,
      units: null,
      low: null,
      high: null,
      radius: null,
      lowRadius: null,
      highRadius: null,
      headroom: null,
      policyLimited: false,
    })),
    objectives: [],
    generator: {
      limited: false,
      windows: 3,
      invalidWindows: 0,
      worst: health,
      loadstoneVersion: "0.1.0",
      nodeVersion: "20.19.0",
      platform: "linux-x64",
      cpus: 2,
    },
    reconciliation: [],
    waves: [],
    advice: ["Add memory."],
  };
}
