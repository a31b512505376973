import { signIn } from "../../platform/sign-in.ts";
import { bad, type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

export const signInRole: Check = {
  id: "sign-in",
  title: "Sign-in",
  about: "instance",
  needs: ["rest"],
  run: async (context) => {
    const { env } = context.world;
    const needed = "a login in LOADSTONE_LOGIN and LOADSTONE_PASSWORD";
    if ((env["LOADSTONE_LOGIN"] ?? "") === "") {
      const fix = "export LOADSTONE_LOGIN=… LOADSTONE_PASSWORD=…";
      return bad("warn", "no login given: a run cannot create Units", needed, fix);
    }
    const client = await targetOf(context).platform();
    const session = await signIn(client, env);
    const { role } = await session.me();
    return ok(`signed in as ${role}`, needed);
  },
};
