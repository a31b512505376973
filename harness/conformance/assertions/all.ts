import type { Assertion } from "../assertion.ts";
import { ACCESS } from "./access.ts";
import { BASE } from "./base.ts";
import { BROKER } from "./broker.ts";
import { GRAPHQL } from "./graphql.ts";
import { LISTS } from "./lists.ts";
import { OPERATOR } from "./operator.ts";
import { PIPES } from "./pipes.ts";
import { REST } from "./rest.ts";
import { UNITS } from "./units.ts";

/** In the order they are told. */
export const ASSERTIONS: readonly Assertion[] = [
  ...REST,
  ...LISTS,
  ...UNITS,
  ...ACCESS,
  ...BROKER,
  ...BASE,
  ...PIPES,
  ...GRAPHQL,
  ...OPERATOR,
];
