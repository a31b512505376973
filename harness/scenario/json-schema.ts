import { PriceForm } from "#grader/contracts/price.ts";
import { z } from "zod";
import { Mix } from "./profile-mix.ts";
import { Profile } from "./profile-schema.ts";
import { RunScenario } from "./run-schema.ts";
import { Scenario } from "./schema.ts";

/** The published JSON Schema of a scenario file, as `scenarios/schema/scenario-1.json` holds it. */
export const scenarioSchema = (): unknown => ({
  $id: "loadstone/scenario/1",
  ...z.toJSONSchema(Scenario, { target: "draft-2020-12", io: "input" }),
});

/** The same of a run of given load, as `scenarios/schema/run-1.json` holds it. */
export const runScenarioSchema = (): unknown => ({
  $id: "loadstone/run-scenario/1",
  ...z.toJSONSchema(RunScenario, { target: "draft-2020-12", io: "input" }),
});

/** The same of a profile, as `scenarios/schema/profile-1.json` holds it. */
export const profileSchema = (): unknown => ({
  $id: "loadstone/profile/1",
  ...z.toJSONSchema(Profile, { target: "draft-2020-12", io: "input" }),
});

/** The same of a mix of profiles, as `scenarios/schema/mix-1.json` holds it. */
export const mixSchema = (): unknown => ({
  $id: "loadstone/mix/1",
  ...z.toJSONSchema(Mix, { target: "draft-2020-12", io: "input" }),
});

/** The same of a price form, as `scenarios/schema/price-1.json` holds it. */
export const priceSchema = (): unknown => ({
  $id: "loadstone/price/1",
  ...z.toJSONSchema(PriceForm, { target: "draft-2020-12", io: "input" }),
});
