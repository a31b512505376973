import { type Check, ok, skipped } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

/** A proxy's request limit makes creating them slow. */
const WITHIN_MS = 120_000;

/** Two Units of our own, linked both ways; the paths need them, and `clean-up` removes them. */
export const testUnits: Check = {
  id: "test-units",
  title: "Test Units",
  about: "instance",
  needs: ["sign-in"],
  withinMs: WITHIN_MS,
  run: async (context) => {
    const { clock, env } = context.world;
    if ((env["LOADSTONE_LOGIN"] ?? "") === "") return skipped("needs a login");
    const startedAtMs = clock.now();
    const bench = await targetOf(context).bench();
    const seconds = ((clock.now() - startedAtMs) / 1000).toFixed(1);
    const { host, port } = bench.parts.broker;
    return ok(`two created within ${seconds} s; their broker is ${host}, port ${port}`);
  },
};
