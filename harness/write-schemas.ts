import { writeFile } from "node:fs/promises";
import { costsSchema, estimateSchema } from "#reports/schema/cost-schemas.ts";
import { reportSchema } from "#reports/schema/report-schema.ts";
import { diagnosisSchema } from "./doctor/diagnosis.ts";
import {
  mixSchema,
  priceSchema,
  profileSchema,
  runScenarioSchema,
  scenarioSchema,
} from "./scenario/json-schema.ts";

/** `npm run schemas`: writes the published JSON Schemas from the code. */
const PUBLISHED = {
  "scenarios/schema/scenario-1.json": scenarioSchema(),
  "scenarios/schema/run-1.json": runScenarioSchema(),
  "scenarios/schema/profile-1.json": profileSchema(),
  "scenarios/schema/mix-1.json": mixSchema(),
  "scenarios/schema/price-1.json": priceSchema(),
  "reports/schema/report-1.json": reportSchema(),
  "reports/schema/doctor-1.json": diagnosisSchema(),
  "reports/schema/estimate-1.json": estimateSchema(),
  "reports/schema/costs-1.json": costsSchema(),
};
for (const [path, schema] of Object.entries(PUBLISHED)) {
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  await writeFile(new URL(`../${path}`, import.meta.url), text);
}
