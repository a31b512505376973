import { type Authority, createAuthority } from "./authority.ts";
import type { Brake } from "./brake.ts";
import type { Hook } from "./hook.ts";
import type { BrokerLimits } from "./limits.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { createPace } from "./pace.ts";

/** What the broker keeps for one connection besides MQTT's own state. */
export interface Session extends Authority {
  readonly token: string;
  /** Takes note of a message, and reads the next one later when it came too soon. */
  paceMessage(nowMs: number, bytes: number): void;
  readonly outbox: Outbox;
}

export interface SessionOptions {
  /** The user name of the CONNECT, which is the token. */
  readonly token: string;
  readonly hook: Hook;
  readonly brake: Brake;
  readonly limits: BrokerLimits;
}

export function createSession(options: SessionOptions): Session {
  const { token, hook, brake, limits } = options;
  const paceMessages = createPace(limits.messagesPerSec);
  const paceBytes = createPace(limits.bytesPerSec);
  return {
    token,
    ...createAuthority(token, hook),
    outbox: createOutbox(limits),
    paceMessage(nowMs, bytes) {
      const waitMs = Math.max(paceMessages(nowMs), paceBytes(nowMs, bytes));
      if (waitMs > 0) brake.hold(waitMs);
    },
  };
}
