import { RAYS } from "#grader/contracts/axis.ts";
import type { AxisResult, JointResult } from "#grader/contracts/capacity.ts";
import type { Letter, PentagonCorner } from "#grader/contracts/report.ts";
import { radiusOf } from "#grader/contracts/scale.ts";
import { ABSENT, capacityText, figure, interval, percent } from "../format.ts";
import { meter } from "../marks.ts";
import { padEnd, padStart, type Paint, type Tone, wrap } from "../paint.ts";
import { type Column, table } from "../table.ts";
import { axesInPlay, basisFacts, cornerText, gradeFacts, limitText } from "../words.ts";
import { PENTAGON_COLUMNS, pentagonLines } from "./pentagon.ts";
import { inner, type Sheet } from "./section.ts";
import { wrapFacts } from "./verdict.ts";

/** The letter with its number, why it is no better, the pentagon and its table. */
export function gradeLines(sheet: Sheet): string[] {
  const { report, paint } = sheet;
  const roomy = sheet.width >= PENTAGON_COLUMNS;
  const drawn = report.pentagon.some(({ radius }) => radius !== null);
  return [
    ...headline(sheet),
    ...wrapFacts(basisFacts(report), inner(sheet)).map(paint.dim),
    ...report.grade.caps.flatMap((cap) => capLines(cap, inner(sheet), paint)),
    "",
    ...(roomy && drawn ? [...pentagonLines(report, paint), ""] : []),
    ...(roomy ? axisTable(sheet) : barLines(sheet)),
  ];
}

/** `B · 1 900 Units (1 760–2 050) · limited by Base (resource)`, wrapped when it must be. */
function headline(sheet: Sheet): string[] {
  const { report, paint } = sheet;
  const tone = letterPaint(report.grade.letter, paint);
  return wrapFacts(gradeFacts(report), inner(sheet)).map((line) => paint.bold(tone(line)));
}

/** S to B good, C and D a warning, E and F bad. */
export function letterPaint(letter: Letter | null, paint: Paint): Tone {
  if (letter === null) return paint.dim;
  if ("SAB".includes(letter)) return paint.good;
  return "CD".includes(letter) ? paint.warn : paint.bad;
}

function capLines(cap: string, columns: number, paint: Paint): string[] {
  return wrap(cap, columns - 2).map((line, i) => `${i === 0 ? paint.warn("!") : " "} ${line}`);
}

function axisTable(sheet: Sheet): string[] {
  const { report, paint } = sheet;
  const columns: Column[] = [
    { title: "axis" },
    { title: "capacity", align: "right" },
    { title: "95 % interval", align: "right", drop: 2 },
    { title: "rated", align: "right", drop: 3 },
    { title: "in Units", align: "right", drop: 1 },
    { title: "headroom", align: "right", drop: 4 },
    { title: "limit" },
  ];
  const { joint, grade } = report;
  const rows = [
    ...axesInPlay(report).map(({ axis, corner }) =>
      axisRow(axis, corner, grade.jointly !== true && axis.id === grade.limitedBy, paint),
    ),
    ...(joint === undefined ? [] : [axisRow(joint, undefined, grade.jointly === true, paint)]),
  ];
  // Headroom needs current use; without it the column would only say so five times.
  const told = (i: number) =>
    columns[i]?.title !== "headroom" || rows.some((row) => row[i] !== ABSENT);
  return table(
    columns.filter((_, i) => told(i)),
    rows.map((row) => row.filter((_, i) => told(i))),
    paint,
    inner(sheet),
  );
}

function axisRow(
  axis: AxisResult | JointResult,
  corner: PentagonCorner | undefined,
  limits: boolean,
  paint: Paint,
): string[] {
  const { capacity } = axis;
  const { title } = RAYS[axis.id];
  const rated = capacity?.rated ?? null;
  const headroom = corner?.headroom ?? null;
  return [
    limits ? paint.bold(`${title} ◂`) : title,
    capacityText(capacity, axis.id),
    interval(capacity?.low ?? null, capacity?.high ?? null),
    rated === null ? ABSENT : figure(rated),
    unitsText(axis, corner),
    headroom === null ? ABSENT : percent(headroom),
    limitText(axis),
  ];
}

/** The joint run is counted in Units from the start. */
function unitsText(axis: AxisResult | JointResult, corner: PentagonCorner | undefined): string {
  const { capacity } = axis;
  const joint = axis.id === "joint" ? (capacity?.rated ?? capacity?.low) : undefined;
  const units = joint ?? corner?.units ?? null;
  return units === null ? ABSENT : figure(units);
}

/** The pentagon unrolled for narrow terminals. */
function barLines({ report, paint, width }: Sheet): string[] {
  const { joint } = report;
  const bars = [
    ...axesInPlay(report).map(({ axis, corner }) => ({ axis, share: corner?.radius ?? 0 })),
    ...(joint === undefined ? [] : [{ axis: joint, share: radiusOf(joint.capacity?.rated ?? 0) }]),
  ].map((bar) => ({ ...bar, value: cornerText(bar.axis) }));
  const valueColumns = Math.max(...bars.map(({ value }) => value.length));
  const cells = Math.max(6, width - valueColumns - 12);
  return bars.map(({ axis, share, value }) => {
    const bar = meter(share, cells);
    return `${padEnd(RAYS[axis.id].title, 6)}${paint.accent(bar)}  ${padStart(value, valueColumns)}`;
  });
}
