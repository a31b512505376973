import { expect, test } from "vitest";
import { SAMPLE_IDS, sampleRows } from "../test/sample-run.ts";
import { brokenBy, heldBy, objectiveRows, windowsOf } from "./windows.ts";

const rows = sampleRows(1_795_446_000_000);
const trials = rows.trials.filter((trial) => trial.runId === SAMPLE_IDS.latest);
const report = rows.grades.find((grade) => grade.runId === SAMPLE_IDS.latest)!.report;

test("reads the same windows from a report and from the trials it was made of", () => {
  expect(windowsOf(undefined, trials)).toEqual(windowsOf(report, trials));
});

test("names the first window that broke and the highest load that held", () => {
  const windows = windowsOf(report, []);
  const broken = brokenBy(windows, "base")!;
  const held = heldBy(windows, "base")!;
  expect(broken.verdict).toBe("bad");
  expect(windows.filter((w) => w.axis === "base" && w.index < broken.index)).toSatisfy(
    (before: typeof windows) => before.every((w) => w.verdict !== "bad"),
  );
  expect(held.load).toBeLessThan(broken.load);
});

test("has no broken window for an axis that held everything", () => {
  expect(brokenBy(windowsOf(report, []), "link")).toBeUndefined();
});

test("leaves out objectives of axes nothing was measured on", () => {
  const onlyRelay = windowsOf(report, []).filter((w) => w.axis === "relay");
  expect(objectiveRows(report.objectives, onlyRelay).map((r) => r.objective.axis)).toEqual([
    "relay",
  ]);
});
