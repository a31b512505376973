/** Exit codes of the command line (`loadstone --help` lists them). */
export const EXIT = {
  ok: 0,
  objectiveFailed: 99,
  invalidConfig: 104,
  interrupted: 105,
  invalidRun: 120,
  unreachable: 121,
  belowMinimum: 122,
  regression: 123,
  internal: 125,
} as const;

/** Every coded error a person can meet, with the exit code it ends the program with. */
export const ERRORS = {
  CONFIG_INVALID: { exit: EXIT.invalidConfig },
  SCENARIO_INVALID: { exit: EXIT.invalidConfig },
  TARGET_NOT_ALLOWED: { exit: EXIT.invalidConfig },
  CREDENTIALS_MISSING: { exit: EXIT.invalidConfig },
  FILE_LIMIT_TOO_LOW: { exit: EXIT.invalidConfig },
  PORTS_EXHAUSTED: { exit: EXIT.invalidConfig },
  SOCKET_MEMORY_SHORT: { exit: EXIT.invalidConfig },
  PORT_TAKEN: { exit: EXIT.invalidConfig },
  PORT_NOT_ALLOWED: { exit: EXIT.invalidConfig },
  DATA_DIRECTORY_BUSY: { exit: EXIT.invalidConfig },
  EMBEDDED_CLICKHOUSE_MISSING: { exit: EXIT.invalidConfig },
  SANDBOX_CONFIG_INVALID: { exit: EXIT.invalidConfig },
  RUN_NOT_FOUND: { exit: EXIT.invalidConfig },
  METHOD_CHANGED: { exit: EXIT.invalidRun },
  LOGIN_REFUSED: { exit: EXIT.unreachable },
  TARGET_UNREACHABLE: { exit: EXIT.unreachable },
  TARGET_REFUSES_UNITS: { exit: EXIT.unreachable },
  TARGET_ANSWER_INVALID: { exit: EXIT.unreachable },
  STORE_UNREACHABLE: { exit: EXIT.unreachable },
  EMBEDDED_CLICKHOUSE_CRASHED: { exit: EXIT.unreachable },
  SANDBOX_START_FAILED: { exit: EXIT.unreachable },
  DASHBOARD_BUILD_FAILED: { exit: EXIT.unreachable },
  DASHBOARD_FAILED: { exit: EXIT.unreachable },
  DISK_FULL: { exit: EXIT.unreachable },
  PROVISIONING_FAILED: { exit: EXIT.unreachable },
  CLEANUP_INCOMPLETE: { exit: EXIT.unreachable },
  WORKER_FAILED: { exit: EXIT.internal },
  INTERRUPTED: { exit: EXIT.interrupted },
} as const;
export type ErrorCode = keyof typeof ERRORS;

/** An error with a code: what was wrong, where, and what to do about it. */
export class LoadstoneError extends Error {
  override readonly name = "LoadstoneError";
  readonly code: ErrorCode;
  /** What the person can do, one sentence. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
