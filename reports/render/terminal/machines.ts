import { RAYS } from "#grader/contracts/axis.ts";
import type { AxisResult, JointResult } from "#grader/contracts/capacity.ts";
import { bytes, count, duration, latency, percent } from "../format.ts";
import { harmless, padEnd, wrap } from "../paint.ts";
import { inner, type Sheet } from "./section.ts";
import { wrapFacts } from "./verdict.ts";

/** Whether the generator was the limit, and its worst figures. */
export function generatorLines(sheet: Sheet): string[] {
  const { generator } = sheet.report;
  const { paint } = sheet;
  const { worst } = generator;
  const light = generator.limited
    ? wrap("○ was the limit: these numbers speak of the generator", inner(sheet)).map(paint.bad)
    : worst === null
      ? []
      : [paint.good("● was not the limit")];
  const spoiled = generator.invalidWindows === 0 ? "none" : count(generator.invalidWindows);
  const health =
    worst === null
      ? ["no window was measured"]
      : [
          `worst lateness p99 ${latency(worst.latenessP99Ms)}`,
          `unsent ${percent(worst.unsentRatio)}`,
          `loop stall ${latency(worst.loopDelayMaxMs)}`,
          `CPU ${percent(worst.cpuRatio)} of a core`,
          `memory ${bytes(worst.rssBytes)}`,
          `${count(worst.openSockets)} sockets`,
        ];
  const about = [
    `${count(generator.windows)} windows, ${spoiled} invalid`,
    `loadstone ${generator.loadstoneVersion}`,
    `node ${generator.nodeVersion}`,
    generator.platform,
    `${generator.cpus} ${generator.cpus === 1 ? "CPU" : "CPUs"}`,
    ...workersFact(generator.workers),
  ];
  return [
    ...light,
    ...wrapFacts(health, inner(sheet)),
    ...wrapFacts(about.map(harmless), inner(sheet)).map(paint.dim),
  ];
}

/** Reports from before there were threads do not tell. */
const workersFact = (workers: number | undefined): string[] =>
  workers === undefined ? [] : [`${workers} sending ${workers === 1 ? "thread" : "threads"}`];

const isInPlay = ({ flags }: AxisResult | JointResult): boolean =>
  !flags.includes("not-applicable");

/** What was tested and, for each axis, what broke first. */
export function targetLines(sheet: Sheet): string[] {
  const { run, axes, joint } = sheet.report;
  const all = joint === undefined ? axes : [...axes, joint];
  const { kind, name, version, url } = run.target;
  const facts = [
    ...(name === null ? [] : [name]),
    version === null ? kind : `${kind} ${version}`,
    url,
  ].map(harmless);
  const harmSec = all.reduce((sum, axis) => sum + axis.harmSec, 0);
  const activeSec = all.reduce((sum, axis) => sum + axis.activeSec, 0);
  const load = `under load for ${duration(activeSec * 1000)}, overloaded for ${duration(harmSec * 1000)}`;
  return [
    ...wrapFacts(facts, inner(sheet)),
    ...wrap(load, inner(sheet)).map(sheet.paint.dim),
    ...all
      .filter(isInPlay)
      .flatMap(({ id, reason }) =>
        wrap(harmless(reason), inner(sheet) - 7).map(
          (line, i) => padEnd(i === 0 ? RAYS[id].title : "", 7) + line,
        ),
      ),
  ];
}
