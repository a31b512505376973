import type { Settings } from "../config.ts";
import { ERRORS, EXIT } from "../errors.ts";
import type { World } from "../world.ts";
import { freePort, serveDashboard } from "./dashboard.ts";
import { buildDashboard } from "./dashboard-build.ts";
import { openStores } from "./stores.ts";
import { aborted } from "./together.ts";

/** `loadstone serve`: the dashboard on what is stored, until Ctrl-C. */
export async function serve(world: World, settings: Settings): Promise<number> {
  await freePort(settings);
  await using stores = await openStores(world, settings);
  await buildDashboard(world, world.warn);
  await using dashboard = await serveDashboard(world, stores.access, settings);
  world.warn(`dashboard: ${dashboard.url}`);
  await Promise.race([aborted(world.signal), dashboard.ended]);
  return world.signal.aborted ? EXIT.ok : ERRORS.DASHBOARD_FAILED.exit;
}
