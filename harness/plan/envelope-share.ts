import { ENVELOPE_BYTES } from "../transport/envelope.ts";

/** What the bytes of all messages may grow by, where some carry an envelope they have no room for. */
export const MAX_BYTE_GROWTH = 0.1;

/** How small messages are told from each other. */
export interface SmallMessages {
  readonly payloadBytes: number;
  /** Share of the messages that carry the envelope, 0…1. */
  readonly envelopeShare?: number | undefined;
}

/**
 * Every so manieth message of a stream carries the envelope: each one where the payload has room for
 * it. Where it has not, so few that bytes grow by `MAX_BYTE_GROWTH` at most, unless a share is given.
 */
export function envelopeEvery({ payloadBytes, envelopeShare }: SmallMessages): number {
  const extraBytes = ENVELOPE_BYTES - payloadBytes;
  if (extraBytes <= 0) return 1;
  const share = envelopeShare ?? (MAX_BYTE_GROWTH * payloadBytes) / extraBytes;
  return Math.max(1, Math.ceil(1 / share - 1e-9));
}
