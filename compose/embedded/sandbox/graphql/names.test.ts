import { expect, test } from "vitest";
import { fromWireEnum, toSnake, toWireEnum } from "./names.ts";

test.each([
  ["Public", "PUBLIC"],
  ["RequestSent", "REQUEST_SENT"],
  ["EnvUpdate", "ENV_UPDATE"],
  ["UnitNode", "UNIT_NODE"],
  ["LastValue", "LAST_VALUE"],
  ["NRecords", "N_RECORDS"],
  ["ActivePeriod", "ACTIVE_PERIOD"],
  ["desc", "desc"],
])("%s is %s on the wire, and back", (value, name) => {
  expect(toWireEnum(value)).toBe(name);
  expect(fromWireEnum(name)).toBe(value);
});

test("fields are REST's in camel case", () => {
  expect(toSnake("isAutoUpdateFromRepoUnit")).toBe("is_auto_update_from_repo_unit");
});
