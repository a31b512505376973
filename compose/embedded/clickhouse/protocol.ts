import { z } from "zod";
import { EMBEDDED_ERROR_CODES } from "../error.ts";

/** Nobody outside this machine reaches the server. */
export const HOST = "127.0.0.1";
export const USERNAME = "default";

/** The libuv threads of the child: each running query holds one. */
export const THREADS = 16;

/** What the supervisor tells the child; over IPC, so that the password is on no command line. */
export const StartMessage = z.strictObject({
  kind: z.literal("start"),
  dataDir: z.string(),
  port: z.int().nonnegative(),
  password: z.string(),
  supervisorPid: z.int().positive(),
});
export type StartMessage = z.infer<typeof StartMessage>;

/** What the child answers, once. */
export const ChildMessage = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ready"), url: z.string(), version: z.string() }),
  /** Another process holds the data directory. */
  z.strictObject({ kind: z.literal("held") }),
  z.strictObject({
    kind: z.literal("failed"),
    code: z.enum(EMBEDDED_ERROR_CODES),
    message: z.string(),
  }),
]);
export type ChildMessage = z.infer<typeof ChildMessage>;
