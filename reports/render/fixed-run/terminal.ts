import { AXES } from "#grader/contracts/axis.ts";
import type { FixedRunReport } from "#grader/contracts/fixed-run.ts";
import { bytes, count, duration, latency, load, percent, timestamp } from "../format.ts";
import { columnsOf, evenSpaces, harmless, padEnd, paintOf, wrap } from "../paint.ts";
import { section } from "../terminal/section.ts";
import { verdictWord, wrapFacts } from "../terminal/verdict.ts";
import { faultLines } from "./faults.ts";
import { classLines, type FixedSheet } from "./sheet.ts";
import { windowLines } from "./windows.ts";

const MIN_WIDTH = 40;
const INDENT_COLUMNS = 2;

/** The end of a run of given load as text, ready to paste. */
export function renderFixedRun(
  report: FixedRunReport,
  options: { readonly color: boolean; readonly width: number },
): string {
  const paint = paintOf(options.color);
  const columns = Math.max(MIN_WIDTH, options.width) - INDENT_COLUMNS;
  const sheet: FixedSheet = { report, paint, columns };
  const lines = [
    ...verdictLines(sheet),
    ...section("LOAD", loadLines(sheet), paint),
    ...section("OBJECTIVE", objectiveLines(sheet), paint),
    ...section("FAULTS", faultLines(sheet), paint),
    ...section("WINDOWS", windowLines(sheet), paint),
    ...section("DELIVERY", deliveryLines(sheet), paint),
    ...section("SESSIONS", sessionLines(sheet), paint),
    ...section("GENERATOR", generatorLines(sheet), paint),
    ...section("WHAT TO DO NEXT", adviceLines(sheet), paint),
  ];
  return `${evenSpaces(lines.join("\n"))}\n`;
}

function verdictLines({ report, paint, columns }: FixedSheet): string[] {
  const { run } = report;
  const word = verdictWord(run.verdict, paint);
  const indent = columnsOf(word) + 2;
  const reason = wrap(harmless(run.reason), columns - indent);
  const facts = [
    harmless(run.target.name ?? run.target.url),
    `scenario ${run.scenario}`,
    `took ${duration(run.endedAtMs - run.startedAtMs)}`,
    timestamp(run.startedAtMs),
    `run ${harmless(run.id)}`,
    `seed ${run.seed}`,
  ];
  return [
    ...reason.map((line, i) => `${padEnd(i === 0 ? word : "", indent)}${paint.bold(line)}`),
    ...wrapFacts(facts, columns).map((line) => `  ${paint.dim(line)}`),
  ];
}

function loadLines({ report, columns }: FixedSheet): string[] {
  const { run, load: asked } = report;
  const mean = load(asked.meanPerSec, run.axis);
  const peak =
    asked.peakPerSec > asked.meanPerSec * 1.001
      ? [`at most ${load(asked.peakPerSec, run.axis)}`]
      : [];
  const facts = [
    `${AXES[run.axis].title} ${mean}`,
    ...peak,
    asked.pace,
    `${count(asked.units)} Units`,
    `${duration(asked.measuredMs)} of ${duration(asked.plannedMs)}`,
  ];
  return wrapFacts(facts, columns);
}

function objectiveLines({ report, paint, columns }: FixedSheet): string[] {
  const { objective, badRatio, lostRatio, latencyMs } = report;
  // The verdict knows best: a run of few messages may lose one, whatever share of it that is.
  const passed = report.run.verdict === "passed";
  const mark = (ratio: number | null, allowed: number) => {
    if (ratio === null) return paint.warn("!");
    return passed || ratio <= allowed ? paint.good("✓") : paint.bad("✗");
  };
  const lines = [
    `${mark(badRatio, objective.maxBadRatio)} missed ${objective.deadlineMs} ms: ` +
      `${share(badRatio)}, allowed ${percent(objective.maxBadRatio)}`,
    `${mark(lostRatio, objective.maxLostRatio)} lost or failed: ` +
      `${share(lostRatio)}, allowed ${percent(objective.maxLostRatio)} or one`,
  ];
  if (latencyMs === null) return lines;
  const { p50, p95, p99, max } = latencyMs;
  const all = [`p50 ${latency(p50)}`, `p95 ${latency(p95)}`, `p99 ${latency(p99)}`];
  return [...lines, ...wrapFacts(["latency", ...all, `max ${latency(max)}`], columns)];
}

const share = (ratio: number | null): string => (ratio === null ? "not known" : percent(ratio));

function deliveryLines({ report, paint, columns }: FixedSheet): string[] {
  const { delivery: d, late } = report;
  const off = d.intended - (d.delivered + d.lost + d.errors + d.unsent + d.pending);
  const counts: readonly (readonly [string, number])[] = [
    ["intended", d.intended],
    ["sent", d.sent],
    ["acked", d.acknowledged],
    ["delivered", d.delivered],
    ["late", late],
    ["lost", d.lost],
    ["failed", d.errors],
    ["unsent", d.unsent],
    ["unanswered", d.pending],
    ["duplicated", d.duplicated],
    ["reordered", d.reordered],
  ];
  const always = 4;
  const told = counts.filter(([, value], i) => i < always || value > 0);
  const none = counts.filter(([, value], i) => i >= always && value === 0);
  return [
    ...wrapFacts(
      [
        ...told.map(([name, value]) => `${name} ${count(value)}`),
        off === 0 ? paint.good("✓ adds up") : paint.bad(`✗ off by ${count(off)}`),
      ],
      columns,
    ),
    ...classLines("unsent", report.unsentByClass, columns),
    ...classLines("failed", report.errorsByClass, columns),
    ...(none.length === 0
      ? []
      : wrap(`none: ${none.map(([name]) => name).join(", ")}`, columns).map(paint.dim)),
  ];
}

function sessionLines({ report, columns }: FixedSheet): string[] {
  const { sessions } = report;
  if (sessions === null) return [];
  const { closedByTarget, closedByPlan, reconnects, away } = sessions;
  const facts = [
    `closed by the target ${count(closedByTarget)}`,
    `by a planned fault ${count(closedByPlan)}`,
    `reconnects ${count(reconnects)}`,
    ...(away === 0 ? [] : [`${count(away)} away at the end`]),
  ];
  return [
    ...wrapFacts(facts, columns),
    ...classLines("closed", sessions.closes, columns),
    ...classLines("connects that failed", sessions.connectErrors, columns),
  ];
}

function generatorLines({ report, paint, columns }: FixedSheet): string[] {
  const { generator: g } = report;
  const spoiled = `${count(g.invalidWindows)} of ${count(g.windows)} windows spoiled`;
  const light = g.limited ? paint.warn(`○ ${spoiled}`) : paint.good("● was not the limit");
  const { worst } = g;
  if (worst === null) return ["no window was measured"];
  const health = [
    `CPU ${percent(g.cpuMeanRatio)} of a core, at most ${percent(worst.cpuRatio)}`,
    `memory ${bytes(g.rssFirstBytes)} first`,
    `${bytes(g.rssLastBytes)} last`,
    `${bytes(g.rssMaxBytes)} at most`,
    `worst lateness p50 ${latency(worst.latenessP50Ms)}`,
    `p99 ${latency(worst.latenessP99Ms)}`,
    `p99.9 ${latency(worst.latenessP999Ms)}`,
    `loop stall ${latency(worst.loopDelayMaxMs)}`,
    `${count(worst.openSockets)} sockets`,
  ];
  const about = [
    `loadstone ${g.loadstoneVersion}`,
    `node ${g.nodeVersion}`,
    g.platform,
    `${g.cpus} CPUs`,
    ...(g.workers === undefined
      ? []
      : [`${g.workers} sending ${g.workers === 1 ? "thread" : "threads"}`]),
  ];
  return [light, ...wrapFacts(health, columns), ...wrapFacts(about, columns).map(paint.dim)];
}

function adviceLines({ report, columns }: FixedSheet): string[] {
  return report.advice.flatMap((line, number) =>
    wrap(harmless(line), columns - 3).map(
      (part, i) => `${i === 0 ? `${number + 1}.` : "  "} ${part}`,
    ),
  );
}
