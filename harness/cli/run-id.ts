import { randomBytes } from "node:crypto";

/** Ten lower-case characters: six of time, so that runs sort, and four drawn at random. */
export function newRunId(wallMs: number): string {
  const time = Math.floor(wallMs / 1000)
    .toString(36)
    .padStart(6, "0");
  const random = randomBytes(4).readUInt32BE().toString(36).padStart(7, "0").slice(-4);
  return time + random;
}
