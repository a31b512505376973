import { openPlatform } from "../platform/rest.ts";
import { signIn } from "../platform/sign-in.ts";
import type { Target } from "../scenario/target-gate.ts";
import type { World } from "../world.ts";

/** Whether our login is an Admin's there, by the instance's own word. */
export async function isAdmin(
  target: Target,
  env: World["env"],
  signal: AbortSignal,
): Promise<boolean> {
  const client = openPlatform({ url: target.url, address: target, signal });
  try {
    const session = await signIn(client, env);
    return (await session.me()).role === "Admin";
  } finally {
    await client.close();
  }
}
