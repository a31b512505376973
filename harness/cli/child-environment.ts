import type { World } from "../world.ts";

/** NODE_AUTH_TOKEN is npm's password. */
const PASSED_ON =
  /^(PATH|HOME|TMPDIR|TZ|LANG|LANGUAGE|LC_\w+|NODE_(?!AUTH_TOKEN$)\w+|XDG_\w+|(DY)?LD_LIBRARY_PATH|NO_COLOR|CI)$/;

/** Only what a process needs to run: passwords in our environment are no business of our children. */
export function childEnvironment(
  env: World["env"],
  more: Readonly<Record<string, string>> = {},
): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => PASSED_ON.test(name));
  return { ...Object.fromEntries(kept), ...more };
}
