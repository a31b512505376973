/** What can stop an embedded part from starting or carrying on. */
export const EMBEDDED_ERROR_CODES = [
  "EMBEDDED_CLICKHOUSE_MISSING",
  "EMBEDDED_CLICKHOUSE_CRASHED",
  "DATA_DIRECTORY_BUSY",
  "DISK_FULL",
  "PORT_TAKEN",
  "PORT_NOT_ALLOWED",
  "SANDBOX_CONFIG_INVALID",
  "SANDBOX_START_FAILED",
] as const;
export type EmbeddedErrorCode = (typeof EMBEDDED_ERROR_CODES)[number];

interface EmbeddedErrorOptions {
  /** What the reader can do about it, as one sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** An embedded ClickHouse or sandbox that cannot start or go on; `hint` says what to do. */
export class EmbeddedError extends Error {
  readonly code: EmbeddedErrorCode;
  readonly hint: string;

  constructor(code: EmbeddedErrorCode, message: string, options: EmbeddedErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.name = "EmbeddedError";
    this.code = code;
    this.hint = options.hint ?? HINTS[code];
  }
}

const HINTS: Readonly<Record<EmbeddedErrorCode, string>> = {
  EMBEDDED_CLICKHOUSE_MISSING:
    "The embedded ClickHouse needs glibc Linux or macOS and the optional package chdb (npm install chdb); anywhere else, give a server with --clickhouse URL.",
  EMBEDDED_CLICKHOUSE_CRASHED:
    "Read the log lines above, free some memory or disk, and start again; or give a server with --clickhouse URL.",
  DATA_DIRECTORY_BUSY:
    "Another process holds this data directory: stop it, or choose another directory.",
  DISK_FULL: "Free some disk space, or choose a data directory on another disk.",
  PORT_TAKEN: "Stop what listens on that port, or choose another one (0 takes any free port).",
  PORT_NOT_ALLOWED:
    "Choose a port above 1023 (0 takes any free port), or allow this process to listen on it.",
  SANDBOX_CONFIG_INVALID: "Correct the sandbox settings named in the message.",
  SANDBOX_START_FAILED: "Read the cause, and start the sandbox again.",
};
