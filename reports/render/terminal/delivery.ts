import { RAYS } from "#grader/contracts/axis.ts";
import type { Reconciliation } from "#grader/contracts/report.ts";
import { count } from "../format.ts";
import { type Paint, wrap } from "../paint.ts";
import { type Column, table } from "../table.ts";
import { inner, type Sheet } from "./section.ts";

type CountName = Exclude<keyof Reconciliation, "axis">;

const ALWAYS: readonly CountName[] = ["intended", "sent", "acknowledged", "delivered", "lost"];
const WHEN_SEEN: readonly CountName[] = ["errors", "unsent", "pending", "duplicated", "reordered"];

/** What may go when the terminal is narrow, the highest first: what was due and what came stay. */
const DROP: Readonly<Record<CountName, number>> = {
  acknowledged: 9,
  sent: 8,
  duplicated: 7,
  reordered: 6,
  unsent: 5,
  errors: 4,
  pending: 3,
  intended: 2,
  delivered: 1,
  lost: 0,
};

/** Both sides of every axis: what was due must equal what came of it. */
export function deliveryLines(sheet: Sheet): string[] {
  const { report, paint } = sheet;
  const sums = report.reconciliation;
  if (sums.length === 0) return [];
  const seen = WHEN_SEEN.filter((name) => sums.some((axis) => axis[name] > 0));
  const absent = WHEN_SEEN.filter((name) => !seen.includes(name));
  const names = [...ALWAYS, ...seen];
  const rows = sums.map((axis) => [
    RAYS[axis.axis].title,
    ...names.map((name) => countText(axis, name, paint)),
    balanceText(axis, paint),
  ]);
  const head: Column[] = [
    { title: "axis" },
    ...names.map(
      (name): Column => ({
        title: name === "acknowledged" ? "acked" : name,
        align: "right",
        drop: DROP[name],
      }),
    ),
    { title: "balance" },
  ];
  const none = absent.length === 0 ? [] : wrap(`none: ${absent.join(", ")}`, inner(sheet));
  return [...table(head, rows, paint, inner(sheet)), ...none.map(paint.dim)];
}

const TROUBLE: readonly CountName[] = ["lost", "errors", "duplicated", "reordered"];

function countText(axis: Reconciliation, name: CountName, paint: Paint): string {
  const text = count(axis[name]);
  return axis[name] > 0 && TROUBLE.includes(name) ? paint.warn(text) : text;
}

function balanceText(axis: Reconciliation, paint: Paint): string {
  const { intended, delivered, lost, errors, unsent, pending } = axis;
  const off = intended - (delivered + lost + errors + unsent + pending);
  return off === 0 ? paint.good("✓ adds up") : paint.bad(`✗ off by ${count(off)}`);
}
