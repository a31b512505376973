import { pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(pbkdf2);
const ITERATIONS = 100_000;
const KEY_BYTES = 32;

const hashWith = (password: string, salt: string) =>
  derive(password, Buffer.from(salt, "hex"), ITERATIONS, KEY_BYTES, "sha256");

/** PBKDF2-SHA256 with the platform's iterations, off the event loop. */
export async function hashPassword(password: string): Promise<{ salt: string; hash: string }> {
  const salt = randomBytes(16).toString("hex");
  return { salt, hash: (await hashWith(password, salt)).toString("hex") };
}

export async function isRightPassword(
  password: string,
  stored: { readonly salt: string; readonly hash: string },
): Promise<boolean> {
  return timingSafeEqual(await hashWith(password, stored.salt), Buffer.from(stored.hash, "hex"));
}
