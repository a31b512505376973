import { bad, type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

/** The versions whose contract we follow. */
const KNOWN = /^1\.(\d+)/;
const LEAST_MINOR = 2;

export const restRoot: Check = {
  id: "rest",
  title: "REST",
  about: "instance",
  needs: ["address"],
  run: async (context) => {
    const { clock } = context.world;
    const client = await targetOf(context).platform();
    const startedAtMs = clock.now();
    const { name, version } = await client.root();
    return judgeVersion(name, version, clock.now() - startedAtMs);
  },
};

export function judgeVersion(name: string, version: string, tookMs: number) {
  const seen = `${name} ${version}, within ${tookMs.toFixed(1)} ms`;
  const needed = `version 1.${LEAST_MINOR} or a later one of 1`;
  const minor = KNOWN.exec(version)?.[1];
  if (minor !== undefined && Number(minor) >= LEAST_MINOR) return ok(seen, needed);
  return bad("warn", seen, needed, "update the instance; what differs may fail in a run");
}
