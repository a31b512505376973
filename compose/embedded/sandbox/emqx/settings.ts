import { z } from "zod";
import type { BrokerLimits } from "../broker/limits.ts";

/** Limits in the words of EMQX's configuration. */

const KB = 1024;
const MB = KB * KB;

const Rate = z
  .string()
  .regex(/^\d+(\.\d+)?\/s$/)
  .transform((text) => Number(text.slice(0, -2)));
const ByteRate = z
  .string()
  .regex(/^\d+(\.\d+)?(KB|MB)\/s$/)
  .transform((text) => Number.parseFloat(text) * (text.includes("MB") ? MB : KB));

/** What of a listener can be changed while it runs; new connections feel it. */
export const ListenerChange = z.object({
  max_connections: z.int().positive().optional(),
  max_conn_rate: Rate.optional(),
  messages_rate: Rate.optional(),
  bytes_rate: ByteRate.optional(),
});

export function toLimits(change: z.infer<typeof ListenerChange>): Partial<BrokerLimits> {
  const { max_connections, max_conn_rate, messages_rate, bytes_rate } = change;
  return {
    ...(max_connections === undefined ? {} : { connections: max_connections }),
    ...(max_conn_rate === undefined ? {} : { connectsPerSec: max_conn_rate }),
    ...(messages_rate === undefined ? {} : { messagesPerSec: messages_rate }),
    ...(bytes_rate === undefined ? {} : { bytesPerSec: bytes_rate }),
  };
}

export const listenerSettings = (limits: BrokerLimits) => ({
  id: "tcp:default",
  type: "tcp",
  name: "default",
  enable: true,
  max_connections: limits.connections,
  max_conn_rate: `${limits.connectsPerSec}/s`,
  messages_rate: `${limits.messagesPerSec}/s`,
  bytes_rate: `${limits.bytesPerSec / MB}MB/s`,
});

export const zoneSettings = (limits: BrokerLimits) => ({
  mqtt: {
    max_packet_size: `${limits.packetBytes / KB}KB`,
    max_qos_allowed: 2,
    max_topic_levels: 5,
    max_mqueue_len: limits.queue,
    mqueue_store_qos0: false,
    max_inflight: limits.inflight,
    retain_available: false,
    shared_subscription: false,
    wildcard_subscription: true,
    idle_timeout: "15s",
  },
  force_shutdown: { enable: true, max_mailbox_size: limits.mailbox },
});
