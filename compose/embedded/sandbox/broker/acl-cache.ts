const MAX_ENTRIES = 64;
const TTL_MS = 600_000;

interface Entry {
  readonly allowed: boolean;
  readonly untilMs: number;
}

/** The decisions that one connection remembers: allows and denies, the oldest one forgotten first. */
export interface AclCache {
  get(key: string, nowMs: number): boolean | undefined;
  set(key: string, allowed: boolean, nowMs: number): void;
}

/** A cache with EMQX's size and lifetime. */
export function createAclCache(): AclCache {
  const entries = new Map<string, Entry>();
  return {
    get(key, nowMs) {
      const entry = entries.get(key);
      return entry && entry.untilMs > nowMs ? entry.allowed : undefined;
    },
    set(key, allowed, nowMs) {
      entries.delete(key);
      entries.set(key, { allowed, untilMs: nowMs + TTL_MS });
      if (entries.size <= MAX_ENTRIES) return;
      const [oldest] = entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
    },
  };
}
