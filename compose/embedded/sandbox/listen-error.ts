import { EmbeddedError } from "../error.ts";

/** Gives the failures to listen that a person can mend their codes. */
export function cannotListen(error: unknown): never {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const message = error instanceof Error ? error.message : String(error);
  switch (code) {
    case "EADDRINUSE":
      throw new EmbeddedError("PORT_TAKEN", message, { cause: error });
    case "EACCES":
    case "EPERM":
      throw new EmbeddedError("PORT_NOT_ALLOWED", message, { cause: error });
    default:
      throw error;
  }
}
