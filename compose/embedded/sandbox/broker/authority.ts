import { createAclCache } from "./acl-cache.ts";
import type { Hook } from "./hook.ts";

export type Action = "publish" | "subscribe";

/** What one connection may do, as far as it has asked. */
export interface Authority {
  /** Whether it may use a topic: at once from the cache, or after the hook. */
  mayUse(action: Action, topic: string, nowMs: number): boolean | Promise<boolean>;
}

/** Begins with an empty cache: a reconnect asks the hook for every topic again. */
export function createAuthority(token: string, hook: Hook): Authority {
  const cache = createAclCache();
  // Messages sent before the answer share one call, as if they waited in the connection.
  const asking = new Map<string, Promise<boolean>>();

  const ask = async (key: string, topic: string, nowMs: number): Promise<boolean> => {
    const allowed = await hook(token, topic);
    cache.set(key, allowed, nowMs);
    asking.delete(key);
    return allowed;
  };

  return {
    mayUse(action, topic, nowMs) {
      const key = `${action} ${topic}`;
      const known = cache.get(key, nowMs) ?? asking.get(key);
      if (known !== undefined) return known;
      const asked = ask(key, topic, nowMs);
      asking.set(key, asked);
      return asked;
    },
  };
}
