import type { Random } from "../load/random.ts";
import type { ApiKind, ApiObjects } from "./api-kind.ts";
import { graphqlAnswer } from "./graphql-answer.ts";
import { pick } from "./pick.ts";

const PATH = "/pepeunit/graphql";

/** An operation as the web client sends it. */
interface Operation {
  readonly id: string;
  readonly share: number;
  /** What it asks for at the top; also the operation's name. */
  readonly field: string;
  readonly query: string;
  variables(objects: ApiObjects, random: Random): Readonly<Record<string, unknown>>;
}

const UNIT = "uuid name visibilityLevel repoUuid lastUpdateDatetime";

/**
 * Reads of the web client: pages of a list, one Unit's dialog, the instance's numbers. Lists
 * without a limit are left out: their cost is that of the whole instance, not of a request.
 */
const OPERATIONS: readonly Operation[] = [
  {
    id: "graphql-units",
    share: 0.5,
    field: "getUnits",
    query: `query getUnits($filters: UnitFilterInput!) { getUnits(filters: $filters) { count units { ${UNIT} } } }`,
    variables: (_objects, random) => ({
      filters: { limit: 6, offset: Math.floor(random() * 20) },
    }),
  },
  {
    id: "graphql-unit",
    share: 0.25,
    field: "getUnit",
    query: `query getUnit($uuid: UUID!) { getUnit(uuid: $uuid) { ${UNIT} } }`,
    variables: ({ units }, random) => ({ uuid: pick(units, random).uuid }),
  },
  {
    id: "graphql-schema",
    share: 0.15,
    field: "getUnitCurrentSchema",
    query: "query getUnitCurrentSchema($uuid: UUID!) { getUnitCurrentSchema(uuid: $uuid) }",
    variables: ({ units }, random) => ({ uuid: pick(units, random).uuid }),
  },
  {
    id: "graphql-metrics",
    share: 0.1,
    field: "getBaseMetrics",
    query:
      "query getBaseMetrics { getBaseMetrics { userCount repoCount unitCount unitNodeCount } }",
    variables: () => ({}),
  },
];

/** A `graphql` request kind for each operation. */
export const GRAPHQL_MIX: readonly ApiKind[] = OPERATIONS.map((operation) => {
  const check = graphqlAnswer(operation.field);
  const fixed = `{"operationName":${JSON.stringify(operation.field)},"query":${JSON.stringify(operation.query)},"variables":`;
  return {
    id: operation.id,
    share: operation.share,
    build: (objects, random, headers) => ({
      method: "POST",
      path: PATH,
      headers: headers.userJson,
      body: `${fixed}${JSON.stringify(operation.variables(objects, random))}}`,
      check,
    }),
  };
});
