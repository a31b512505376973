import { Objective } from "#grader/contracts/objective.ts";
import { z } from "zod";

const Glimpse = z.looseObject({ axes: z.array(z.looseObject({ objective: Objective })) });

/** What a plan or an environment says, one line a fact; nested facts keep their path. */
export function factsOf(json: string): readonly (readonly [name: string, value: string])[] {
  const document = parse(json);
  if (typeof document !== "object" || document === null) return [];
  return Object.entries(document).flatMap(([name, value]) => flatten(name, value));
}

/** The objectives of a run that has no report yet. */
export function plannedObjectives(plan: string): readonly Objective[] {
  const glimpse = Glimpse.safeParse(parse(plan));
  return glimpse.success ? glimpse.data.axes.map(({ objective }) => objective) : [];
}

function flatten(name: string, value: unknown): readonly (readonly [string, string])[] {
  if (value === null || value === undefined || value === "") return [];
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== "object")) return [[name, value.join(", ")]];
    return value.flatMap((item, i) => flatten(`${name}.${nameOf(item) ?? i}`, item));
  }
  if (typeof value === "object") {
    return Object.entries(value).flatMap(([key, inner]) => flatten(`${name}.${key}`, inner));
  }
  return [[name, typeof value === "string" ? value : JSON.stringify(value)]];
}

const Named = z.looseObject({ axis: z.string() });

/** Entries of a plan are known by their axis rather than by their place. */
function nameOf(item: unknown): string | undefined {
  return Named.safeParse(item).data?.axis;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
