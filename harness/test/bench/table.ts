import type { BenchResult, Environment, MeasuredRow, Ratio, Row } from "./schema.ts";

const UNITS: Readonly<Record<Ratio["measure"], string>> = {
  cpuSecPerMillion: "µs",
  rssKbPerConnection: "KB",
  connectPerSec: "/s",
  sendErrorP99Ms: "ms p99",
  cpuRatio: "of a core",
};

/** For people: ratios first, because they are the finding; then the figures behind them. */
export function printTable({ environment, rows, ratios }: BenchResult): string {
  return [
    ...machineLines(environment),
    "",
    ...ratioLines(ratios, environment.quick),
    "",
    ...rowLines(rows),
    "",
    ...skippedLines(rows),
  ].join("\n");
}

function machineLines(environment: Environment): string[] {
  const { cores, cpuModel, kernel, node, sink, pinned, payloadBytes, rounds } = environment;
  const place =
    pinned === null ? "not pinned" : `on cores ${pinned.generator} and ${pinned.target}`;
  const versions = Object.entries(environment.versions).map(([name, said]) => `${name} ${said}`);
  return [
    `${cores} × ${cpuModel}, Linux ${kernel}, Node ${node}; generator and target ${place}`,
    `${environment.connections} connections, ${payloadBytes}-byte payloads, medians of ${rounds}; sink: ${sink}; ${versions.join(", ")}`,
    ...environment.remarks.map((remark) => `· ${remark}`),
  ];
}

function ratioLines(ratios: readonly Ratio[], quick: boolean): string[] {
  const head = "Ratios within a row are the finding";
  if (quick) return [`${head}; a quick run judges none.`];
  const decided = ratios.filter(({ meets }) => meets !== null);
  const targets = decided.filter(({ stretch }) => !stretch);
  const met = targets.filter(({ meets }) => meets === true).length;
  return [
    `${head}. ${met} of ${targets.length} targets met:`,
    ...table(
      ["", "work", "target", "", "ratio", "bound", "ours", "theirs"],
      ratios.filter(({ ratio }) => ratio !== undefined).map(ratioCells),
    ),
  ];
}

function ratioCells(ratio: Ratio): string[] {
  const { work, target, of, to, value, reference, bound, direction, measure } = ratio;
  const unit = UNITS[measure];
  return [
    `${verdict(ratio)}${ratio.stretch ? " (stretch)" : ""}`,
    work,
    target,
    `${of} / ${to}`,
    figure(ratio.ratio),
    `${direction === "atMost" ? "≤" : "≥"} ${bound}`,
    `${figure(value)} ${unit}`,
    `${figure(reference)} ${unit}`,
  ];
}

/** A ratio that is not judged is one of work at a rate that somebody did not keep. */
function verdict({ meets }: Ratio): string {
  if (meets === null) return "rate not kept";
  return meets ? "met" : "missed";
}

const COLUMNS: readonly [string, (row: MeasuredRow) => number | undefined][] = [
  ["µs CPU", (row) => row.cpuSecPerMillion],
  ["± share", (row) => row.cpuSpread],
  ["per s", (row) => row.perSec],
  ["core", (row) => row.cpuRatio],
  ["KB/conn", (row) => row.rssKbPerConnection],
  ["conn/s", (row) => row.connectPerSec],
  ["send p50", (row) => row.sendErrorP50Ms],
  ["p99 ms", (row) => row.sendErrorP99Ms],
  ["arrival p50", (row) => row.arrivalErrorP50Ms],
  ["p99 ms", (row) => row.arrivalErrorP99Ms],
  ["latency p50", (row) => row.latencyP50Ms],
  ["p99 ms", (row) => row.latencyP99Ms],
];

function rowLines(rows: readonly Row[]): string[] {
  const measured = rows.filter((row) => "rounds" in row);
  const used = COLUMNS.filter(([, pick]) => measured.some((row) => pick(row) !== undefined));
  const cells = measured.map((row) => [
    row.work,
    row.target,
    row.client,
    ...used.map(([, pick]) => figure(pick(row))),
  ]);
  return table(["work", "target", "client", ...used.map(([name]) => name)], cells);
}

function skippedLines(rows: readonly Row[]): string[] {
  const lines = rows
    .filter((row) => "skipped" in row)
    .map(({ client, work, target, skipped, hint }) => {
      const where = skipped.startsWith("failed") || skipped.startsWith("needs");
      const what = where ? `${client} in ${work} on ${target}` : client;
      return `without ${what}: ${skipped}${hint === undefined ? "" : `; ${hint}`}`;
    });
  return [...new Set(lines)];
}

/** Three digits that count. */
function figure(value: number | undefined): string {
  if (value === undefined) return "";
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((name, at) =>
    Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
