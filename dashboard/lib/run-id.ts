import { z } from "zod";

const RunId = z.string().regex(/^[\w.:-]{1,128}$/);

/** The run a path segment names; undefined for what no run is ever called. */
export function runIdFrom(segment: string): string | undefined {
  const parsed = RunId.safeParse(segment.replaceAll("%3A", ":"));
  return parsed.success ? parsed.data : undefined;
}
