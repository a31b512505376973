import { AXES } from "#grader/contracts/axis.ts";
import type { Colour } from "#grader/contracts/cost.ts";
import type { Costs, RepoCosts } from "#grader/contracts/costs.ts";
import { ABSENT, bytes, count, figure, percent } from "./format.ts";
import { evenSpaces, harmless, type Paint, paintOf, wrap } from "./paint.ts";
import { type Column, table } from "./table.ts";
import { section } from "./terminal/section.ts";

const MIN_WIDTH = 40;

/** What the Units of each Repo eat, as people read it. */
export function renderCosts(
  costs: Costs,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const paint = paintOf(color);
  const columns = Math.max(MIN_WIDTH, width) - 2;
  const lines = [
    ...wrap(headline(costs), columns).map(paint.bold),
    ...section("ONE UNIT OF EACH REPO", repoTable(costs, paint, columns), paint),
    ...section("HOT UNITS", hotTable(costs, paint, columns), paint),
    ...section("TO BE KNOWN", warningLines(costs, paint, columns), paint),
  ];
  return `${evenSpaces(lines.join("\n"))}\n`;
}

function headline({ target, units, hours, repos }: Costs): string {
  if (target === null)
    return "As declared by the shipped profiles; name a target for what was metered";
  if (units === 0) return `Nothing was metered of ${harmless(target)}: as declared`;
  const span = hours < 48 ? `${figure(hours)} h` : `${figure(hours / 24)} days`;
  const metered = repos.filter(({ basis }) => basis === "metered").length;
  return `${many(units, "Unit")} of ${many(metered, "Repo")} metered for ${span} on ${harmless(target)}`;
}

const many = (figureOf: number, noun: string): string =>
  `${count(figureOf)} ${noun}${figureOf === 1 ? "" : "s"}`;

function repoTable({ repos }: Costs, paint: Paint, width: number): string[] {
  const columns: Column[] = [
    { title: "Repo" },
    { title: "Units", align: "right" },
    { title: "Relay/s", align: "right" },
    { title: "Store/s", align: "right" },
    { title: "Base/s", align: "right", drop: 3 },
    { title: "in Units", align: "right" },
    { title: "most on" },
    { title: "P50", align: "right", drop: 4 },
    { title: "P95", align: "right", drop: 4 },
    { title: "of all", align: "right", drop: 1 },
    { title: "stored a day", align: "right", drop: 5 },
    { title: "basis" },
  ];
  return table(
    columns,
    repos.map((repo) => repoRow(repo, paint)),
    paint,
    width,
  );
}

function repoRow(repo: RepoCosts, paint: Paint): string[] {
  const { cost, spread, partOfAll, basis, errorFactor } = repo;
  return [
    harmless(repo.repo),
    repo.units === 0 ? ABSENT : count(repo.units),
    figure(cost.mean.relay),
    figure(cost.mean.store),
    figure(cost.mean.base),
    `${figure(repo.referenceUnits)} ${colourMark(repo.colour, paint)}`,
    AXES[repo.dominant].title,
    spread === null ? ABSENT : figure(spread.p50),
    spread === null ? ABSENT : figure(spread.p95),
    partOfAll === null ? ABSENT : percent(partOfAll),
    bytes(repo.storedBytesPerDay),
    `${basis} ×/÷ ${figure(errorFactor)}${repo.warnings.length === 0 ? "" : paint.warn(" !")}`,
  ];
}

/** Told apart by their shape as well: green, yellow, red. */
function colourMark(colour: Colour, paint: Paint): string {
  switch (colour) {
    case "green":
      return paint.good("○");
    case "yellow":
      return paint.warn("◐");
    case "red":
      return paint.bad("●");
    default:
      return colour satisfies never;
  }
}

function hotTable({ hot }: Costs, paint: Paint, width: number): string[] {
  if (hot.length === 0) return [];
  return table(
    [
      { title: "Unit" },
      { title: "Repo" },
      { title: "in Units", align: "right" },
      { title: "most on" },
    ],
    hot.map(({ unit, repo, referenceUnits, dominant, colour }) => [
      harmless(unit),
      harmless(repo),
      `${figure(referenceUnits)} ${colourMark(colour, paint)}`,
      AXES[dominant].title,
    ]),
    paint,
    width,
  );
}

function warningLines({ repos }: Costs, paint: Paint, width: number): string[] {
  const warnings = repos.flatMap(({ repo, warnings: all }) =>
    all.flatMap((text) =>
      wrap(`${harmless(repo)}: ${text}`, width - 2).map(
        (line, i) => `${i === 0 ? paint.warn("!") : " "} ${line}`,
      ),
    ),
  );
  return [
    ...warnings,
    ...wrap(
      "in Units: one Unit counts as so many reference Units; ○ green ◐ yellow ● red",
      width,
    ).map(paint.dim),
  ];
}
