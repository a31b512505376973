import type { Assertion } from "../assertion.ts";
import { ACCESS } from "./access.ts";
import { BASE } from "./base.ts";
import { BROKER } from "./broker.ts";
import { COMMANDS } from "./commands.ts";
import { DEVICE } from "./device.ts";
import { FILTERS } from "./filters.ts";
import { GRAPHQL } from "./graphql.ts";
import { LIMITS } from "./limits.ts";
import { LISTS } from "./lists.ts";
import { OPERATOR } from "./operator.ts";
import { PIPES } from "./pipes.ts";
import { RECORDS } from "./records.ts";
import { REPOS } from "./repos.ts";
import { REST } from "./rest.ts";
import { UNITS } from "./units.ts";

/** In the order they are told. */
export const ASSERTIONS: readonly Assertion[] = [
  ...REST,
  ...LISTS,
  ...UNITS,
  ...DEVICE,
  ...REPOS,
  ...ACCESS,
  ...BROKER,
  ...LIMITS,
  ...BASE,
  ...COMMANDS,
  ...PIPES,
  ...RECORDS,
  ...FILTERS,
  ...GRAPHQL,
  ...OPERATOR,
];
