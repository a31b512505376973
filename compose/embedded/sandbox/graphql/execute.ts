import {
  buildSchema,
  type DocumentNode,
  execute,
  type ExecutionResult,
  getNamedType,
  type GraphQLFieldResolver,
  GraphQLError,
  isEnumType,
  parse,
  validate,
} from "graphql";
import { toRest } from "./arguments.ts";
import { INPUTS, OPERATIONS } from "./inputs.ts";
import { MUTATIONS } from "./mutations.ts";
import { toSnake, toWireEnum } from "./names.ts";
import { QUERIES } from "./queries.ts";
import type { RequestContext, Resolvers } from "./resolver.ts";
import { TYPES } from "./types.ts";

/** A GraphQL request, its files put where its map says. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName?: string | undefined;
}

export const SCHEMA = buildSchema(`${TYPES}${INPUTS}${OPERATIONS}`);

const ROOTS: Readonly<Record<string, Resolvers>> = { Query: QUERIES, Mutation: MUTATIONS };

/** A root field asks its resolver; any other field is read from a row in REST's names. */
const resolveField: GraphQLFieldResolver<unknown, RequestContext> = (
  source,
  args,
  context,
  info,
) => {
  const { fieldName, parentType, returnType } = info;
  const resolver = ROOTS[parentType.name]?.[fieldName];
  if (resolver !== undefined) {
    const types = parentType.getFields()[fieldName]?.args ?? [];
    const converted = types.map(({ name, type }) => [
      toSnake(name),
      toRest((args as Record<string, unknown>)[name], type),
    ]);
    return resolver(context, Object.fromEntries(converted) as Record<string, unknown>, info);
  }
  const value: unknown = Reflect.get(Object(source), toSnake(fieldName));
  return isEnumType(getNamedType(returnType)) && typeof value === "string"
    ? toWireEnum(value)
    : value;
};

/** The document of a request, or what is wrong with it. */
export function readDocument(
  query: string,
): { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] } {
  try {
    const document = parse(query);
    const errors = validate(SCHEMA, document);
    return errors.length > 0 ? { errors } : { document };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
}

/** Runs a document; refusals are in the answer's errors, with the text that REST gives as detail. */
export async function run(
  document: DocumentNode,
  { variables, operationName }: GraphqlRequest,
  context: RequestContext,
): Promise<ExecutionResult> {
  return execute({
    schema: SCHEMA,
    document,
    contextValue: context,
    variableValues: variables,
    operationName,
    fieldResolver: resolveField,
  });
}
