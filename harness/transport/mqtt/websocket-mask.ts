import { randomFillSync } from "node:crypto";

const POOL_BYTES = 8192;
const KEY_BYTES = 4;

/** Masking keys a server cannot foretell (RFC 6455 §10.3), drawn in bulk. */
export class MaskKeys {
  private pool: Buffer | undefined;
  private at = POOL_BYTES;

  /** Writes a fresh key at `keyAt` and masks `bytes[start..end)` with it. */
  apply(bytes: Buffer, keyAt: number, start: number, end: number): void {
    const pool = (this.pool ??= Buffer.alloc(POOL_BYTES));
    if (this.at === POOL_BYTES) {
      randomFillSync(pool);
      this.at = 0;
    }
    for (let i = 0; i < KEY_BYTES; i++) bytes[keyAt + i] = pool[this.at + i] ?? 0;
    this.at += KEY_BYTES;
    for (let i = start; i < end; i++) {
      bytes[i] = (bytes[i] ?? 0) ^ (bytes[keyAt + ((i - start) & 3)] ?? 0);
    }
  }
}
