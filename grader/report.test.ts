import { describe, expect, test } from "vitest";
import { SAMPLE, SAMPLE_BROKER } from "#reports/sample/sample-run.ts";
import type { AxisResult } from "./contracts/capacity.ts";
import { Report } from "./contracts/report.ts";
import { inconclusive, measured } from "./grade/axis-result.suite.ts";
import { buildReport } from "./report.ts";

const report = buildReport(SAMPLE);

test("holds to its contract and comes out the same from trials in any order", () => {
  expect(Report.parse(report)).toEqual(report);
  const shuffled = buildReport({ ...SAMPLE, trials: SAMPLE.trials.toReversed() });
  expect(JSON.stringify(shuffled)).toBe(JSON.stringify(report));
});

test("gives an axis never measured as inconclusive, and says why", () => {
  const { axes } = buildReport({ ...SAMPLE, axes: SAMPLE.axes.slice(0, 4) });
  expect(axes[4]).toMatchObject({
    id: "api",
    verdict: "inconclusive",
    capacity: null,
    flags: ["not-measured"],
    reason: "not measured in this run",
  });
});

test("knows which axes a bare broker does not have", () => {
  const { axes } = buildReport(SAMPLE_BROKER);
  expect(axes.map(({ flags }) => flags.includes("not-applicable"))).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
});

test("leaves drains out of the waves", () => {
  expect(SAMPLE.trials.some(({ phase }) => phase === "drain")).toBe(true);
  expect(report.waves.every(({ phase }) => phase !== "drain")).toBe(true);
});

test("accounts on every axis for all that was due", () => {
  for (const axis of report.reconciliation) {
    const { delivered, lost, errors, unsent, pending } = axis;
    expect(delivered + lost + errors + unsent + pending).toBe(axis.intended);
  }
});

describe("the generator", () => {
  test("was not the limit of a run with few invalid windows", () => {
    expect(report.generator).toMatchObject({ limited: false, invalidWindows: 1 });
  });

  test("was the limit when more than a fifth of the windows were invalid", () => {
    const trials = SAMPLE.trials.map((trial, i) =>
      i % 4 === 0 ? { ...trial, verdict: "invalid" as const } : trial,
    );
    expect(buildReport({ ...SAMPLE, trials }).generator.limited).toBe(true);
  });

  test("shows the worst of each figure, whichever window it fell into", () => {
    expect(report.generator.worst).toMatchObject({ latenessP99Ms: 61, loopDelayMaxMs: 74 });
  });

  test("has no worst figure without a window", () => {
    expect(buildReport({ ...SAMPLE, trials: [] }).generator).toMatchObject({
      limited: false,
      worst: null,
    });
  });
});

describe("the advice", () => {
  test("names what limits the grade, the next letter and the axis that follows", () => {
    expect(plain(adviceFor(measured("link", 2000), measured("relay", 5000))[0])).toBe(
      "Link limits the grade at 2 000 Units, the next letter needs 3 000. Relay follows at 5 000 Units.",
    );
  });

  test("names the setting behind a policy limit", () => {
    expect(adviceFor(measured("link", 2000, { limitedBy: "policy" }))[0]).toContain(
      "PU_MQTT_MAX_CLIENTS",
    );
  });

  test("puts a generator that was the limit first", () => {
    expect(buildReport(SAMPLE_BROKER).advice[0]).toBe(
      "The generator was the limit on Link and Relay, not the target: raise `ulimit -n`, keep the machine idle, or run it closer to the target.",
    );
  });

  test("asks for the axes not yet measured", () => {
    expect(adviceFor(measured("link", 2000))).toContain(
      "Measure Relay, Store, Base and API too: a letter rests on all five axes.",
    );
  });

  test("sends a glance deeper", () => {
    expect(buildReport({ ...SAMPLE, run: { ...SAMPLE.run, depth: "glance" } }).advice.at(-1)).toBe(
      "Run again with `--depth standard` for a grade to rely on.",
    );
  });

  test.each([
    ["no-recovery", "did not recover"],
    ["unstable", "look for pauses"],
    ["soak-failed", "no soak"],
    ["harm-ceiling", "harm ceiling"],
  ] as const)("speaks of %s", (flag, words) => {
    expect(adviceFor(measured("link", 2000, { flags: [flag] })).join("\n")).toContain(words);
  });

  test("has nothing to say of capacity when there is no evidence", () => {
    expect(adviceFor(...SAMPLE.axes.map(({ id }) => inconclusive(id)))).toEqual([]);
  });
});

function adviceFor(...axes: readonly AxisResult[]): readonly string[] {
  return buildReport({ ...SAMPLE, axes, joint: undefined }).advice;
}

function plain(text: string | undefined): string | undefined {
  return text?.replaceAll("\u202f", " ");
}
