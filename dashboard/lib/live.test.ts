import { expect, test } from "vitest";
import { SAMPLE_IDS, sampleRows } from "../test/sample-run.ts";
import { LIVE_SPAN_MS, type LiveData, type LivePoint, mergeLive } from "./live.ts";
import { toLivePoints } from "./live-points.ts";

const NOW = 1_795_446_000_000;
const seconds = sampleRows(NOW).seconds.filter((row) => row.runId === SAMPLE_IDS.running);

test("gives one point a second, in order of time", () => {
  const points = toLivePoints(seconds.toReversed());
  expect(points.map((p) => p.atMs)).toEqual(
    [...new Set(seconds.map((row) => row.atMs))].sort((a, b) => a - b),
  );
});

test("adds up streams of one second and takes the worst health", () => {
  const row = seconds.find((second) => second.delivered > 0)!;
  const other = { ...row, stream: "other", health: { ...row.health, cpuRatio: 0.99 } };
  const [point] = toLivePoints([row, other]);
  expect(point).toMatchObject({
    intended: row.intended * 2,
    delivered: row.delivered * 2,
    health: { cpuRatio: 0.99 },
  });
});

test("has no latency where nothing was delivered", () => {
  const idle = { ...seconds[0]!, latency: { buckets: [], counts: [] } };
  expect(toLivePoints([idle])[0]!.latencyMs).toBeNull();
});

const point = toLivePoints(seconds.slice(0, 1))[0]!;
const at = (atMs: number, delivered: number): LivePoint => ({ ...point, atMs, delivered });
const data = (nowMs: number, points: readonly LivePoint[]): LiveData => ({
  nowMs,
  running: true,
  standing: { word: "RUNNING", tone: "busy" },
  startedAtMs: NOW,
  points,
  windows: [],
  estimates: [],
  events: [],
});

test("a second that comes again, more complete, replaces the first", () => {
  const merged = mergeLive(data(NOW, [at(NOW, 1)]), data(NOW + 1, [at(NOW, 5), at(NOW + 1, 2)]));
  expect(merged.points.map((p) => p.delivered)).toEqual([5, 2]);
});

test("what is older than the span leaves the screen", () => {
  const later = NOW + LIVE_SPAN_MS + 1;
  expect(mergeLive(data(NOW, [at(NOW, 1)]), data(later, [])).points).toEqual([]);
});

const event = (atMs: number) =>
  ({ atMs, kind: "wave", severity: "info", axis: null, message: "m" }) as const;

test("the newest event stands first, and none twice", () => {
  const merged = mergeLive(
    { ...data(NOW, []), events: [event(2), event(1)] },
    { ...data(NOW, []), events: [event(3), event(2)] },
  );
  expect(merged.events.map((e) => e.atMs)).toEqual([3, 2, 1]);
});
