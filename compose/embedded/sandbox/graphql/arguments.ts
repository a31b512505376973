import {
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from "graphql";
import { fromWireEnum, toSnake } from "./names.ts";

/**
 * A value as REST would give it: snake case, REST's enum values, nothing where null was given. A
 * list given as null becomes an empty one, which lets nothing through.
 */
export function toRest(value: unknown, type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return toRest(value, type.ofType);
  if (value === undefined) return undefined;
  if (isListType(type)) {
    const items: unknown[] = Array.isArray(value) ? value : [];
    return items.map((item) => toRest(item, type.ofType));
  }
  if (value === null) return undefined;
  if (isEnumType(type)) return typeof value === "string" ? fromWireEnum(value) : value;
  if (!isInputObjectType(type)) return value;
  const fields = type.getFields();
  const converted = Object.entries(value).map(([name, given]: [string, unknown]) => {
    const field = fields[name];
    return [toSnake(name), field === undefined ? given : toRest(given, field.type)];
  });
  return Object.fromEntries(converted.filter(([, given]) => given !== undefined));
}
