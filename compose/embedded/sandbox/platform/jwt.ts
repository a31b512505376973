import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

const Claims = z.discriminatedUnion("type", [
  z.object({ type: z.literal("User"), uuid: z.string(), exp: z.number() }),
  z.object({ type: z.literal("Unit"), uuid: z.string() }),
  z.object({ type: z.literal("Backend"), domain: z.string() }),
]);
/** What a token says about its bearer. */
export type Claims = z.infer<typeof Claims>;

const HEADER = Buffer.from(JSON.stringify({ alg: "HS256", typ: "JWT" })).toString("base64url");
const signature = (signed: string, secretKey: string) =>
  createHmac("sha256", secretKey).update(signed).digest();

/** An HS256 token; the key is the text of `secretKey` itself. */
export function signToken(claims: Claims, secretKey: string): string {
  const signed = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return `${signed}.${signature(signed, secretKey).toString("base64url")}`;
}

/** The claims of a token of this instance, or why it has none. */
export function readToken(
  token: string,
  secretKey: string,
  wallMs: number,
): Claims | "invalid" | "expired" {
  const [header, payload, mac, ...rest] = token.split(".");
  if (!header || !payload || !mac || rest.length > 0) return "invalid";
  const expected = signature(`${header}.${payload}`, secretKey);
  const given = Buffer.from(mac, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "invalid";
  const claims = Claims.safeParse(parseJson(Buffer.from(payload, "base64url").toString()));
  if (!claims.success) return "invalid";
  if ("exp" in claims.data && claims.data.exp * 1000 <= wallMs) return "expired";
  return claims.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
