import { z } from "zod";

/** A page of Units, with what a state changes of them. */
export const StatePage = z.object({
  units: z.array(
    z.object({
      uuid: z.guid(),
      unit_state: z.unknown(),
      last_update_datetime: z.string().nullish(),
    }),
  ),
});
export type StatePage = z.infer<typeof StatePage>;

/** A page of what one Unit logged. */
export const LogPage = z.object({
  unit_logs: z.array(z.object({ uuid: z.guid(), text: z.string() })),
});
export type LogPage = z.infer<typeof LogPage>;
