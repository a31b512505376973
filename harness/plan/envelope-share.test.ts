import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ENVELOPE_BYTES } from "../transport/envelope.ts";
import { envelopeEvery, MAX_BYTE_GROWTH } from "./envelope-share.ts";

test.each([
  [{ payloadBytes: 64 }, 1],
  [{ payloadBytes: 35 }, 1],
  [{ payloadBytes: 34 }, 1],
  [{ payloadBytes: 5 }, 60],
  [{ payloadBytes: 1 }, 340],
  [{ payloadBytes: 5, envelopeShare: 0.25 }, 4],
  [{ payloadBytes: 5, envelopeShare: 1 }, 1],
])("of messages of %o every %i. carries the envelope", (message, every) => {
  expect(envelopeEvery(message)).toBe(every);
});

test("envelopes make the bytes of small messages grow by a tenth at most", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 34 }), (payloadBytes) => {
      const every = envelopeEvery({ payloadBytes });
      const bytes = payloadBytes * (every - 1) + ENVELOPE_BYTES;
      expect(bytes / (payloadBytes * every)).toBeLessThanOrEqual(1 + MAX_BYTE_GROWTH + 1e-9);
    }),
  );
});
