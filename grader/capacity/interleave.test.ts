import * as fc from "fast-check";
import { expect, test } from "vitest";
import { interleave, type Interleaving } from "./interleave.ts";
import { createWaveSearch } from "./search.ts";
import { answer } from "./sim/grade.ts";
import { cliff, options } from "./sim/scripted.ts";
import type { Observation, Step } from "./step.ts";

const AWAY_MS = 300_000;

interface Done {
  readonly axis: string;
  readonly step: Step;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Plays an interleaving to its end on a clock that moves by what steps and waits take. */
function play(
  lanes: Interleaving<string>,
  measure: (axis: string, step: Step) => Observation,
): { done: Done[]; waitedMs: number } {
  const done: Done[] = [];
  let nowMs = 0;
  let waitedMs = 0;
  for (;;) {
    const turn = lanes.next(nowMs);
    if (turn.kind === "done") return { done, waitedMs };
    if (turn.kind === "wait") {
      waitedMs += turn.untilMs - nowMs;
      nowMs = turn.untilMs;
      continue;
    }
    const seen = measure(turn.axis, turn.step);
    done.push({ axis: turn.axis, step: turn.step, fromMs: nowMs, toMs: nowMs + seen.elapsedMs });
    nowMs += seen.elapsedMs;
    lanes.tell(seen, nowMs);
  }
}

const CAPACITIES: Readonly<Record<string, number>> = { relay: 1000, api: 60, store: 5000 };
const measure = (axis: string, step: Step) => cliff(CAPACITIES[axis] ?? 1)(step);
const certify = (axis: string) => ({
  axis,
  search: createWaveSearch(options({ depth: "certify" })),
});

/** Steps that had to be waited for, with how long the axis had been left alone. */
function gaps(done: readonly Done[], axis: string): number[] {
  const own = done.filter((each) => each.axis === axis);
  return own.flatMap(({ step, fromMs }, i) =>
    step.kind === "load" && step.awayMs !== undefined ? [fromMs - (own[i - 1]?.toMs ?? 0)] : [],
  );
}

test("an axis alone waits out the time between its slices", () => {
  const { done, waitedMs } = play(interleave([certify("relay")]), measure);
  const left = gaps(done, "relay");
  expect(left.length).toBeGreaterThan(1);
  expect(new Set(left)).toEqual(new Set([AWAY_MS]));
  expect(waitedMs).toBe(left.length * AWAY_MS);
});

test("while one axis is left alone the others run, and nobody waits for long", () => {
  const { done, waitedMs } = play(interleave(["relay", "api", "store"].map(certify)), measure);
  for (const axis of Object.keys(CAPACITIES)) {
    expect(Math.min(...gaps(done, axis))).toBeGreaterThanOrEqual(AWAY_MS);
  }
  const alone = play(interleave([certify("relay")]), measure);
  expect(waitedMs).toBeLessThan(alone.waitedMs);
});

test("the answers are those of each axis searched alone, in the order asked for", () => {
  const lanes = interleave(["relay", "api", "store"].map(certify));
  play(lanes, measure);
  const answers = [...lanes.results()];
  expect(answers.map(([axis]) => axis)).toEqual(["relay", "api", "store"]);
  for (const [axis, result] of answers) {
    const { search } = certify(axis);
    expect(result).toEqual(answer(search, (step) => measure(axis, step)).result);
  }
});

test("depths without slices run one axis after the other, and never wait", () => {
  const lanes = ["relay", "api"].map((axis) => ({ axis, search: createWaveSearch(options()) }));
  const { done, waitedMs } = play(interleave(lanes), measure);
  expect(waitedMs).toBe(0);
  const turns = done.map(({ axis }) => axis);
  expect(turns.lastIndexOf("relay")).toBeLessThan(turns.indexOf("api"));
});

test("a target that does not come back gets no load on any axis", () => {
  const lanes = interleave(["relay", "api"].map(certify));
  const { done } = play(lanes, (axis, step) =>
    step.kind === "drain"
      ? { kind: "drain", drained: false, elapsedMs: step.maxMs }
      : measure(axis, step),
  );
  expect(new Set(done.map(({ axis }) => axis))).toEqual(new Set(["relay"]));
  expect(lanes.results().get("relay")?.flags).toContain("no-recovery");
  expect(lanes.results().get("api")).toMatchObject({
    verdict: "inconclusive",
    reason: "The target did not recover on relay.",
  });
});

test("whatever the axes take, each is left alone for long enough and all are answered", () => {
  const anyAxes = fc.array(fc.double({ min: 5, max: 40_000, noNaN: true }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(anyAxes, (capacities) => {
      const ids = capacities.map((_, i) => `axis ${i}`);
      const lanes = interleave(ids.map(certify));
      const { done } = play(lanes, (axis, step) => cliff(capacities[ids.indexOf(axis)] ?? 1)(step));
      for (const id of ids) {
        for (const left of gaps(done, id)) expect(left).toBeGreaterThanOrEqual(AWAY_MS);
      }
      expect([...lanes.results().keys()]).toEqual(ids);
    }),
    { numRuns: 30 },
  );
});
