import { expect } from "vitest";
import { AXIS_IDS, type AxisId } from "#grader/contracts/axis.ts";
import type { AxisResult } from "#grader/contracts/capacity.ts";
import { Report } from "#grader/contracts/report.ts";
import { dataDirectory, runToEnd } from "./e2e/program.ts";

/** What the sandbox is set to, in its own measures. */
const SET: Readonly<Record<AxisId, number>> = {
  link: 400,
  relay: 300,
  store: 80,
  base: 9,
  api: 200,
};
/** A log entry costs the backend as much as four states, and one message in eleven is one. */
const BASE_SHARE = 11 / (10 + 4);
/** What must be found, in each axis' unit: 390 to 40 000 reference Units. */
const TRUTH: Readonly<Record<AxisId, number>> = { ...SET, base: SET.base * BASE_SHARE };

export interface Grading {
  readonly report: Report;
  readonly minutes: number;
  /** Those of the axes that lie further from the truth than so much of it. */
  readonly outside: (share: number, axes: readonly AxisId[]) => readonly AxisId[];
}

const errorOf = ({ id, capacity }: AxisResult): number =>
  Math.abs((capacity?.value ?? 0) / TRUTH[id] - 1);

/** Grades a sandbox on all axes as a user would, prints what came of it. */
export async function gradeSandbox(flags: readonly string[]): Promise<Grading> {
  await using data = await dataDirectory();
  const capacity = AXIS_IDS.map((axis) => `${axis}=${SET[axis]}`).join(",");
  const { code, stdout, stderr } = await runToEnd(
    ["up", "--once", "--json", "--capacity", capacity, ...flags],
    { LOADSTONE_DATA: data.path },
  );
  expect(`${code}\n${stderr}`).toMatch(/^0\n/);
  const report = Report.parse(JSON.parse(stdout));
  for (const { id, verdict, capacity: found, flags: said } of report.axes) {
    console.log(id, TRUTH[id], verdict, found, said);
  }
  const minutes = (report.run.endedAtMs - report.run.startedAtMs) / 60_000;
  console.log("joint", report.joint?.capacity, report.joint?.reason, `${minutes.toFixed(1)} min`);
  const outside = (share: number, axes: readonly AxisId[]) =>
    axes.filter((id) => report.axes.some((axis) => axis.id === id && errorOf(axis) >= share));
  return { report, minutes, outside };
}
