import { Costs, COSTS_SCHEMA } from "#grader/contracts/costs.ts";
import { Estimate, ESTIMATE_SCHEMA } from "#grader/contracts/estimate.ts";
import { z } from "zod";

const published = (schema: z.ZodType, name: string): unknown => ({
  $id: `urn:${name.replaceAll("/", ":")}`,
  ...z.toJSONSchema(schema, { target: "draft-2020-12" }),
});

/** The published JSON Schema of an estimate, as `reports/schema/estimate-1.json` holds it. */
export const estimateSchema = (): unknown => published(Estimate, ESTIMATE_SCHEMA);

/** The same of costs, as `reports/schema/costs-1.json` holds it. */
export const costsSchema = (): unknown => published(Costs, COSTS_SCHEMA);
