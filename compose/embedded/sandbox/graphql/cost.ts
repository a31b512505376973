import { type DocumentNode, type FieldNode, Kind, valueFromASTUntyped } from "graphql";
import { listNodesCost } from "../operations/nodes.ts";
import { listUnitsCost } from "../operations/units.ts";
import { CHEAP } from "../rest/queue.ts";
import { toSnake } from "./names.ts";
import type { RequestContext } from "./resolver.ts";

/** What a request costs the API server: the sum over its root fields, as shares of one service. */
export function costOf(
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  context: RequestContext,
): number {
  const fields = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [],
  );
  const costs = fields.map((field) =>
    field.kind === Kind.FIELD ? fieldCost(field, variables, context) : 1,
  );
  return costs.reduce((sum, cost) => sum + cost, 0);
}

function fieldCost(
  field: FieldNode,
  variables: Readonly<Record<string, unknown>>,
  { instance, baseMetrics }: RequestContext,
): number {
  switch (field.name.value) {
    case "getBaseMetrics":
      return baseMetrics.isFresh() ? CHEAP : 1;
    case "getUnits":
      return listUnitsCost(instance, filtersOf(field, variables));
    case "getUnitNodes":
      return listNodesCost(instance, filtersOf(field, variables));
    case "__typename":
    case "__schema":
      return CHEAP;
    default:
      return 1;
  }
}

function filtersOf(field: FieldNode, variables: Readonly<Record<string, unknown>>): object {
  const given = field.arguments?.find(({ name }) => name.value === "filters");
  const filters: unknown = given === undefined ? {} : valueFromASTUntyped(given.value, variables);
  const known = Object.entries(Object(filters)).filter(([, value]) => value !== null);
  return Object.fromEntries(known.map(([name, value]) => [toSnake(name), value]));
}
