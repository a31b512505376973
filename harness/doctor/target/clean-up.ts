import { bad, type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

const WITHIN_MS = 60_000;

/** Leaves the instance as it was found. */
export const cleanUp: Check = {
  id: "clean-up",
  title: "Clean-up",
  about: "instance",
  needs: ["test-units"],
  withinMs: WITHIN_MS,
  run: async (context) => {
    const removal = await targetOf(context).removeUnits();
    const [first] = removal?.left ?? [];
    const needed = "nothing of ours left";
    if (first === undefined) return ok(`${removal?.removed ?? 0} objects removed`, needed);
    const seen = `${first.kind} ${first.name} stays: ${first.reason}`;
    return bad("warn", seen, needed, "loadstone clean");
  },
};
