import type { Settings } from "../config.ts";
import { EXIT, ERRORS } from "../errors.ts";
import { cleanTarget } from "../platform/clean.ts";
import { openPlatform, type PlatformClient } from "../platform/rest.ts";
import { signIn } from "../platform/sign-in.ts";
import { checkTarget } from "../scenario/target-gate.ts";
import { isAdmin } from "../target/admin.ts";
import type { World } from "../world.ts";
import { manifestDirectory } from "./grade.ts";

/** `loadstone clean`: removes what runs that died left on their targets. */
export async function clean(
  world: World,
  settings: Settings,
  flags: { readonly json?: boolean },
): Promise<number> {
  const clients: PlatformClient[] = [];
  try {
    const { removed, left } = await cleanTarget({
      manifestDir: manifestDirectory(settings),
      log: world.warn,
      signal: world.signal,
      openSession: async (url) => {
        const target = await checkTarget(url, {
          lookup: world.lookup,
          yes: settings.yes,
          isAdmin: (found) => isAdmin(found, world.env, world.signal),
        });
        const client = openPlatform({ url, address: target, signal: world.signal });
        clients.push(client);
        return signIn(client, world.env);
      },
    });
    if (flags.json === true) world.out(`${JSON.stringify({ removed, left }, null, 2)}\n`);
    else world.out(`${removed} removed, ${left.length} left\n`);
    for (const { kind, name, url, reason } of left) {
      world.warn(`left on ${url}: ${kind} ${name} (${reason})`);
    }
    return left.length === 0 ? EXIT.ok : ERRORS.CLEANUP_INCOMPLETE.exit;
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}
