import type { ConnectFields } from "./encode-requests.ts";
import type { SessionOptions } from "./session.ts";

export const DEFAULT_MAX_PACKET_BYTES = 1024 * 1024;
const DEFAULT_SESSION_EXPIRY_SEC = 3600;

/** What CONNECT says, with the MQTT 5 defaults filled in. */
export function connectFields(options: SessionOptions): ConnectFields {
  if (options.protocol === 4) return options;
  const kept = options.cleanSession ? 0 : DEFAULT_SESSION_EXPIRY_SEC;
  return {
    ...options,
    sessionExpirySec: options.sessionExpirySec ?? kept,
    maximumPacketBytes: options.maxPacketBytes ?? DEFAULT_MAX_PACKET_BYTES,
  };
}
