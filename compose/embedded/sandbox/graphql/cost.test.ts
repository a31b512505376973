import { parse } from "graphql";
import { expect, test } from "vitest";
import type { Instance } from "../platform/instance.ts";
import { costOf } from "./cost.ts";
import type { RequestContext } from "./resolver.ts";

const context = {
  instance: { db: { units: { size: 10_000 }, nodes: { size: 30_000 } } } as unknown as Instance,
  baseMetrics: { isFresh: () => true },
} as unknown as RequestContext;

const cost = (query: string, variables = {}) => costOf(parse(query), variables, context);

test.each([
  ["{ getBaseMetrics { unitCount } }", 0.1],
  ["{ getUnit(uuid: 1) { uuid } }", 1],
  ["{ getUnits(filters: {limit: 6}) { count } }", 1],
  ["{ getUnits(filters: {limit: 500}) { count } }", 5],
  ["{ getUnits(filters: {}) { count } }", 100],
  ["{ getUnitNodes(filters: {unitUuid: 1}) { count } }", 1],
  ["{ getUnitNodes(filters: {}) { count } }", 300],
  ["{ a: getUnit(uuid: 1) { uuid } b: getUnit(uuid: 2) { uuid } }", 2],
])("%s costs %d services", (query, services) => {
  expect(cost(query)).toBeCloseTo(services);
});

test("filters may come as a variable", () => {
  const query = "query ($f: UnitFilterInput!) { getUnits(filters: $f) { count } }";
  expect(cost(query, { f: { limit: 6, uuids: null } })).toBe(1);
  expect(cost(query, { f: {} })).toBe(100);
  expect(cost(query, { f: { uuids: ["x"] } })).toBe(1);
});
