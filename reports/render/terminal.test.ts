import { describe, expect, test } from "vitest";
import { buildReport } from "#grader/report.ts";
import { SAMPLE, SAMPLE_BROKER } from "../sample/sample-run.ts";
import { columnsOf, uncolored } from "./paint.ts";
import { renderTerminal } from "./terminal.ts";

const instanceReport = buildReport(SAMPLE);
const brokerReport = buildReport(SAMPLE_BROKER);
const failedReport = buildReport({
  ...SAMPLE,
  run: { ...SAMPLE.run, verdict: "failed", reason: "Base met its objective at no load" },
  axes: SAMPLE.axes.map((axis) =>
    axis.id === "base" ? { ...axis, verdict: "failed" as const, capacity: null } : axis,
  ),
});
const plain = { color: false, width: 100 } as const;
const files = ["runs/2026-11-23-1405-garage/report.json", "runs/2026-11-23-1405-garage/report.md"];

test("a whole run reads as its golden", async () => {
  await expect(renderTerminal(instanceReport, { ...plain, files })).toMatchFileSnapshot(
    "../golden/instance.txt",
  );
});

test("a narrow terminal gets bars for the pentagon and fewer columns", async () => {
  await expect(renderTerminal(instanceReport, { ...plain, width: 50 })).toMatchFileSnapshot(
    "../golden/instance-narrow.txt",
  );
});

test("an invalid run of a broker reads as its golden, each wave on its own line", async () => {
  await expect(renderTerminal(brokerReport, plain)).toMatchFileSnapshot("../golden/broker.txt");
});

test("the blocks come in one order", () => {
  const titles = renderTerminal(instanceReport, { ...plain, files })
    .split("\n")
    .filter((line) => line.startsWith("█"));
  expect(titles.map((line) => line.slice(2))).toEqual([
    "GRADE",
    "OBJECTIVES",
    "WAVES",
    "DELIVERY",
    "GENERATOR",
    "SYSTEM UNDER TEST",
    "WHAT TO DO NEXT",
    "FILES",
  ]);
});

describe.each([
  ["instance", instanceReport],
  ["broker", brokerReport],
  ["failed", failedReport],
])("a report of the %s sample", (_, report) => {
  test.each([50, 60, 72, 80, 100, 132])("keeps within %d columns", (width) => {
    const lines = renderTerminal(report, { color: true, width }).split("\n");
    expect(lines.filter((line) => columnsOf(line) > width)).toEqual([]);
  });

  test("says the same with and without colour", () => {
    const colored = renderTerminal(report, { color: true, width: 100 });
    expect(uncolored(colored)).toBe(renderTerminal(report, plain));
  });

  test("pastes as plain lines: no trailing space, no thin space", () => {
    const text = renderTerminal(report, plain);
    expect(text).not.toMatch(/[ \t]\n/);
    expect(text).not.toMatch(/[\u202f\u00a0]/);
  });
});

test("the wave that broke keeps its own line and its rule in a condensed table", () => {
  const lines = renderTerminal(instanceReport, plain).split("\n");
  const broke = lines.findIndex((line) => line.includes("broke here: 60.0 % bad of 250 ms"));
  expect(lines[broke - 1]).toMatch(/^\s+19 {2}wave\s+800 .*✗$/);
});

test("counts that do not add up are called out", () => {
  const [first, ...rest] = instanceReport.reconciliation;
  if (first === undefined) throw new Error("the sample has no reconciliation");
  const off = { ...first, delivered: first.delivered - 3 };
  const text = renderTerminal({ ...instanceReport, reconciliation: [off, ...rest] }, plain);
  expect(text).toContain("✗ off by 3");
});

test("a target's name cannot drive the terminal", () => {
  const { run } = instanceReport;
  const named = { ...run, target: { ...run.target, name: "\u001b[2Jgone\n█ GRADE" } };
  expect(renderTerminal({ ...instanceReport, run: named }, plain)).not.toContain("\u001b");
});

test("a run cut off before its first window says so and draws nothing", () => {
  const run = { ...SAMPLE.run, verdict: "cut-off", reason: "the harness died" } as const;
  const text = renderTerminal(buildReport({ ...SAMPLE, run, axes: [], trials: [] }), plain);
  expect(text).toMatch(/^■ CUT OFF {2}The harness died\n/);
  expect(text).toContain("no axis gave evidence");
  expect(text).toContain("no window was measured");
  expect(text).not.toMatch(/[\u2800-\u28ff]/);
});
