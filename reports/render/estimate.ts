import { AXES } from "#grader/contracts/axis.ts";
import type { Estimate, EstimatedAxis, More } from "#grader/contracts/estimate.ts";
import { basisLines } from "./estimate-basis.ts";
import { ABSENT, bytes, count, figure, load, percent } from "./format.ts";
import { meter } from "./marks.ts";
import { evenSpaces, harmless, type Paint, paintOf, wrap } from "./paint.ts";
import { type Column, table } from "./table.ts";
import { section } from "./terminal/section.ts";
import { wrapFacts } from "./terminal/verdict.ts";

interface Sheet {
  readonly paint: Paint;
  /** Columns a line may take beside the indent. */
  readonly width: number;
}

const MIN_WIDTH = 40;
const BAR_CELLS = 12;
const HOURS_A_MONTH = 730;

/** An estimate as people read it: does it fit, what it eats, how many more, what it rests on. */
export function renderEstimate(
  made: Estimate,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const paint = paintOf(color);
  const sheet: Sheet = { paint, width: Math.max(MIN_WIDTH, width) - 2 };
  const lines = [
    ...headLines(made, sheet),
    ...section("WHAT IT EATS", eatenLines(made, sheet), paint),
    ...section("ONE UNIT", unitLines(made, sheet), paint),
    ...section("HOW MANY MORE FIT", moreLines(made, sheet), paint),
    ...section("WHAT IT WOULD COST", priceLines(made), paint),
    ...section("WHAT THIS RESTS ON", basisLines(made, paint, sheet.width), paint),
  ];
  return `${evenSpaces(lines.join("\n"))}\n`;
}

function headLines(made: Estimate, { paint, width }: Sheet): string[] {
  const { repos, target, fits, fill, firstToFill, referenceUnits } = made;
  const asked = repos.map(({ repo, units }) => `${count(units)} × ${harmless(repo)}`).join(", ");
  const on = target === null ? "" : ` on ${harmless(target.name ?? target.url)}`;
  const { title } = AXES[firstToFill];
  const unknown = made.axes.some((axis) => axis.rated === null && axis.asked > 0);
  const limits = unknown && fits !== "no" ? ", as far as measured" : "";
  const facts =
    target === null
      ? [`counts as ${figure(referenceUnits)} reference Units`, `most of it on ${title}`]
      : [
          `${fullness(fill?.likely)} full likely, ${fullness(fill?.safe)} at worst`,
          `${title} fills first`,
        ];
  return [
    ...wrap(`${asked}${on}`, width).map(paint.bold),
    ...wrapFacts([...(fits === null ? [] : [verdictText(fits, paint) + limits]), ...facts], width),
  ];
}

function verdictText(fits: NonNullable<Estimate["fits"]>, paint: Paint): string {
  switch (fits) {
    case "yes":
      return paint.good("✓ fits");
    case "likely":
      return paint.warn("! fits likely, not for sure");
    case "no":
      return paint.bad("✗ does not fit");
    default:
      return fits satisfies never;
  }
}

/** Beyond full there is no figure that says more than "over". */
const fullness = (ratio: number | null | undefined): string =>
  ratio === null || ratio === undefined ? "over 1000 %" : percent(ratio);

function eatenLines(made: Estimate, { paint, width }: Sheet): string[] {
  const against = made.target !== null;
  const columns: Column[] = [
    { title: "axis" },
    { title: "asked", align: "right" },
    { title: "at most (95 %)", align: "right", drop: 2 },
    ...(against
      ? ([
          { title: "there already", align: "right", drop: 3 },
          { title: "rated", align: "right", drop: 1 },
          { title: "full", align: "right" },
          { title: "" },
        ] as const)
      : []),
  ];
  const rows = made.axes.map((axis) => [
    axis.axis === made.firstToFill
      ? paint.bold(`${AXES[axis.axis].title} ◂`)
      : AXES[axis.axis].title,
    load(axis.asked, axis.axis),
    load(axis.askedHigh, axis.axis),
    ...(against ? fullCells(axis, paint) : []),
  ]);
  return table(columns, rows, paint, width);
}

function fullCells({ axis, used, rated, share }: EstimatedAxis, paint: Paint): string[] {
  if (rated === null) return [ABSENT, paint.dim("not measured"), ABSENT, ""];
  const full = share ?? Infinity;
  const tone = full > 1 ? paint.bad : full > 0.9 ? paint.warn : paint.accent;
  const shown = share === null ? "over" : percent(share);
  return [load(used, axis), load(rated, axis), shown, tone(meter(full, BAR_CELLS))];
}

function unitLines({ repos }: Estimate, { paint, width }: Sheet): string[] {
  const columns: Column[] = [
    { title: "Repo" },
    { title: "Relay/s", align: "right" },
    { title: "Store/s", align: "right" },
    { title: "Base/s", align: "right", drop: 3 },
    { title: "API/s", align: "right", drop: 2 },
    { title: "sends", align: "right", drop: 4 },
    { title: "in Units", align: "right" },
    { title: "most on", drop: 1 },
  ];
  const rows = repos.map(({ repo, cost, referenceUnits, dominant }) => [
    harmless(repo),
    ...(["relay", "store", "base", "api"] as const).map((axis) => figure(cost.mean[axis])),
    `${bytes(cost.bytesPerSec)}/s`,
    paint.bold(figure(referenceUnits)),
    AXES[dominant].title,
  ]);
  return table(columns, rows, paint, width);
}

function moreLines({ repos, target }: Estimate, { paint, width }: Sheet): string[] {
  if (target === null) return [];
  const columns: Column[] = [
    { title: "Repo" },
    { title: "safe", align: "right" },
    { title: "likely", align: "right" },
    { title: "then full" },
    { title: "Unit's share of all", align: "right", drop: 1 },
  ];
  const rows = repos.map(({ repo, more, loadShare }) => [
    harmless(repo),
    paint.bold(moreText(more, "safe")),
    moreText(more, "likely"),
    more?.limitedBy === null || more === null ? ABSENT : AXES[more.limitedBy].title,
    loadShare === null ? ABSENT : percent(loadShare),
  ]);
  return [
    ...table(columns, rows, paint, width),
    ...wrap("each alone, once all that were asked for are there", width).map(paint.dim),
  ];
}

const moreText = (more: More | null, which: "safe" | "likely"): string =>
  more === null ? ABSENT : `${more.atLeast ? "≥ " : ""}${count(more[which])}`;

function priceLines({ price }: Estimate): string[] {
  if (price === null) return [];
  const { perHour, currency, form } = price;
  if (perHour === null) return [`no price: the instance would be full (by ${form})`];
  const unit = currency === "" ? "" : ` ${harmless(currency)}`;
  const perMonth = figure(perHour * HOURS_A_MONTH);
  return [`${figure(perHour)}${unit} an hour, ${perMonth}${unit} a month (by ${form})`];
}
