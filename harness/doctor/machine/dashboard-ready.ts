import { access } from "node:fs/promises";
import { type Check, ok } from "../check.ts";

const BUILD = new URL("../../../dashboard/.next/loadstone-build", import.meta.url);

export const dashboardReady: Check = {
  id: "dashboard",
  title: "Dashboard",
  about: "machine",
  run: async () => {
    const isBuilt = await access(BUILD).then(
      () => true,
      () => false,
    );
    // No trouble either way: whoever serves it builds it.
    return ok(isBuilt ? "built" : "not built yet: the first start builds it, in about a minute");
  },
};
