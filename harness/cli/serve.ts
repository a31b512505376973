import type { Settings } from "../config.ts";
import { EXIT } from "../errors.ts";
import type { World } from "../world.ts";
import { buildDashboard, freePort, serveDashboard } from "./dashboard.ts";
import { openStores } from "./stores.ts";

/** `loadstone serve`: the dashboard on what is stored, until Ctrl-C. */
export async function serve(world: World, settings: Settings): Promise<number> {
  await freePort(settings);
  await using stores = await openStores(world, settings);
  await buildDashboard(world.warn);
  await using dashboard = await serveDashboard(world, stores.access, settings);
  world.warn(`dashboard: ${dashboard.url}`);
  if (!world.signal.aborted) {
    await new Promise<void>((resolve) => {
      world.signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
  return EXIT.ok;
}
