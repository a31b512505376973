import { type Authority, createAuthority } from "./authority.ts";
import type { Brake } from "./brake.ts";
import type { Hook } from "./hook.ts";
import { createPace } from "./pace.ts";

/** What the broker keeps for one connection besides MQTT's own state. */
export interface Session extends Authority {
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

export function createSession(options: SessionOptions): Session {
  const { token, hook, brake } = options;
  const pace = createPace(options.messagesPerSec);
  return {
    ...createAuthority(token, hook),
    paceMessage(nowMs) {
      const waitMs = pace(nowMs);
      if (waitMs > 0) brake.hold(waitMs);
    },
  };
}
