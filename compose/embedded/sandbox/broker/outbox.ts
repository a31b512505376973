import type { BrokerLimits } from "./limits.ts";

/** What a subscriber has not taken yet. */
export interface Outbox {
  /** What to do with one more message, given the bytes that already wait for its socket. */
  next(qos: number, socketBytes: number): "send" | "drop" | "kill";
  acknowledged(): void;
}

/** The broker stops writing to a socket with this much unsent: messages then pile up in its mailbox. */
const HIGH_WATERMARK_BYTES = 1024 * 1024;

/**
 * Messages at QoS 1 and 2 wait for their acknowledgement, then in a queue, then they are dropped;
 * a subscriber that does not read at all is killed once its mailbox is full.
 */
export function createOutbox(limits: BrokerLimits): Outbox {
  const maxUnacknowledged = limits.inflight + limits.queue;
  let unacknowledged = 0;
  let mailbox = 0;
  return {
    next(qos, socketBytes) {
      mailbox = socketBytes > HIGH_WATERMARK_BYTES ? mailbox + 1 : 0;
      if (mailbox > limits.mailbox) return "kill";
      if (qos === 0) return "send";
      if (unacknowledged >= maxUnacknowledged) return "drop";
      unacknowledged++;
      return "send";
    },
    acknowledged() {
      unacknowledged = Math.max(0, unacknowledged - 1);
    },
  };
}
