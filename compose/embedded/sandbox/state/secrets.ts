import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const Secrets = z
  .strictObject({
    /** PU_SECRET_KEY: tokens are signed with its characters, not with what base64 hides in them. */
    secretKey: z.string(),
    admin: z.strictObject({ login: z.string(), password: z.string() }),
  })
  .readonly();
/** What the instance must remember for its tokens and its administrator to stay valid. */
export type Secrets = z.infer<typeof Secrets>;

const createSecrets = (): Secrets => ({
  secretKey: randomBytes(32).toString("base64"),
  admin: {
    login: `admin_${randomBytes(4).toString("hex")}`,
    password: randomBytes(18).toString("base64url"),
  },
});

/** The secrets of a data directory, made on first use; without a directory they last one run. */
export function openSecrets(dataDir?: string): Secrets {
  if (dataDir === undefined) return createSecrets();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, "secrets.json");
  if (existsSync(path)) return Secrets.parse(JSON.parse(readFileSync(path, "utf8")));
  const secrets = createSecrets();
  writeFileSync(`${path}.new`, JSON.stringify(secrets), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return secrets;
}
