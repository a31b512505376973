import { type AclCache, createAclCache } from "./acl-cache.ts";
import type { Hook } from "./hook.ts";
import type { Brake } from "./brake.ts";
import { createPace } from "./pace.ts";

type Action = "publish" | "subscribe";

/** What the broker keeps for one connection besides MQTT's own state. */
export interface Session {
  /** Whether the connection may use a topic: at once from the cache, or after the hook. */
  mayUse(action: Action, topic: string, nowMs: number): boolean | Promise<boolean>;
  /** Takes note of a message, and reads the next one later when it came too soon. */
  paceMessage(nowMs: number): void;
}

export interface SessionOptions {
  /** The user name of the CONNECT, which is the token. */
  readonly token: string;
  readonly hook: Hook;
  readonly brake: Brake;
  readonly messagesPerSec: number;
}

/** A session with an empty cache: a reconnect asks the hook for every topic again. */
export function createSession(options: SessionOptions): Session {
  const { token, hook, brake } = options;
  const pace = createPace(options.messagesPerSec);
  const cache: AclCache = createAclCache();
  // Messages sent before the answer share one call, as if they waited in the connection.
  const asking = new Map<string, Promise<boolean>>();

  const ask = async (key: string, topic: string, nowMs: number): Promise<boolean> => {
    const allowed = await hook(token, topic);
    cache.set(key, allowed, nowMs);
    asking.delete(key);
    return allowed;
  };

  return {
    paceMessage(nowMs) {
      const waitMs = pace(nowMs);
      if (waitMs > 0) brake.hold(waitMs);
    },
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
