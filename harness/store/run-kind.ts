import { z } from "zod";
import type { RunRow } from "./rows.ts";

const OfGivenLoad = z.looseObject({ kind: z.literal("run") });

/** How deep a grading searched; "run" for a run of given load, which has no depth. */
export function depthOf({ plan, depth }: Pick<RunRow, "plan" | "depth">): RunRow["depth"] | "run" {
  return OfGivenLoad.safeParse(parse(plan)).success ? "run" : depth;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
