import { z } from "zod";

/** What `loadstone doctor --json` prints. */

export const CheckResult = z
  .strictObject({
    id: z.string().meta({ description: "Name of the check, unique beside `about`." }),
    title: z.string().meta({ description: "The same for people." }),
    about: z.enum(["machine", "broker", "instance"]).meta({ description: "What was looked at." }),
    outcome: z.enum(["ok", "warn", "fail", "skipped"]).meta({
      description: "`warn` works, but not as it should; `skipped` could not be looked at.",
    }),
    seen: z.string().meta({ description: "What was found, a text for people." }),
    needed: z.string().optional().meta({ description: "What should have been found." }),
    fix: z.string().optional().meta({ description: "A command, or one sentence on what to do." }),
    tookMs: z
      .number()
      .nonnegative()
      .meta({ description: "How long the check took, milliseconds." }),
  })
  .readonly();
export type CheckResult = z.infer<typeof CheckResult>;

export const Diagnosis = z
  .strictObject({
    schema: z.literal("loadstone/doctor/1"),
    loadstoneVersion: z.string(),
    at: z.iso.datetime().meta({ description: "When the checks began." }),
    target: z.string().nullable().meta({ description: "URL as it was given; null: none was." }),
    units: z.int().positive().meta({ description: "Units everything was to be fit for." }),
    works: z.boolean().meta({ description: "No check failed." }),
    exitCode: z.int().meta({ description: "What the command ends with." }),
    checks: z.array(CheckResult).readonly(),
  })
  .readonly()
  .meta({ title: "Loadstone doctor" });
export type Diagnosis = z.infer<typeof Diagnosis>;

/** The published JSON Schema, as `reports/schema/doctor-1.json` holds it. */
export const diagnosisSchema = (): unknown => ({
  $id: "loadstone/doctor/1",
  ...z.toJSONSchema(Diagnosis, { target: "draft-2020-12" }),
});
