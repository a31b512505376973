import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { buildReport } from "#grader/report.ts";
import { SAMPLE, SAMPLE_BROKER } from "../sample/sample-run.ts";
import { MEANINGS } from "./meanings.ts";
import { meaningKey, reportSchema } from "./report-schema.ts";

const instanceReport = buildReport(SAMPLE);
const brokerReport = buildReport(SAMPLE_BROKER);

const published: object = JSON.parse(
  readFileSync(new URL("./report-1.json", import.meta.url), "utf8"),
);

// On purpose a comparison, not a snapshot: a published schema is added to, never edited.
test("the published schema is the one the contract gives", () => {
  expect(published).toEqual(JSON.parse(JSON.stringify(reportSchema())));
});

test.each([
  ["an instance", instanceReport],
  ["a broker", brokerReport],
])("a report of %s validates against it", (_, report) => {
  const validate = new Ajv2020({ strict: true, allErrors: true }).compile(published);
  validate(JSON.parse(JSON.stringify(report)));
  expect(validate.errors).toBeNull();
});

test("a report with a foreign key does not", () => {
  const validate = new Ajv2020().compile(published);
  expect(validate({ ...instanceReport, score: 72 })).toBe(false);
});

test("every property says what it means, and no meaning is idle", () => {
  const paths = pathsOf(reportSchema(), "");
  const keys = new Set(paths.map(meaningKey));
  expect(paths.filter((path) => MEANINGS[meaningKey(path)] === undefined)).toEqual([]);
  expect(Object.keys(MEANINGS).filter((key) => !keys.has(key))).toEqual([]);
});

/** Paths of all properties: `run.id`, `axes[].capacity.low`. */
function pathsOf(node: unknown, parent: string): string[] {
  if (typeof node !== "object" || node === null) return [];
  const { properties = {}, items, anyOf = [] } = node as Record<string, unknown>;
  const own = Object.entries(properties as object).flatMap(([name, child]) => {
    const path = parent === "" ? name : `${parent}.${name}`;
    return [path, ...pathsOf(child, path)];
  });
  const choices = (anyOf as unknown[]).flatMap((choice) => pathsOf(choice, parent));
  return [...own, ...pathsOf(items, `${parent}[]`), ...choices];
}
