/** A refusal in the words of a ClickHouse server, which clients parse. */
export class ClickHouseFault extends Error {
  constructor(code: number, type: string, message: string) {
    super(`Code: ${code}. DB::Exception: ${message}. (${type})`);
    this.name = "ClickHouseFault";
  }
}

/** The text of an answer to a failed query: `Code: 60. DB::Exception: … (UNKNOWN_TABLE)`. */
export function faultText(error: unknown, version: string): string {
  const text = error instanceof Error ? error.message : String(error);
  const known = text.replace(/^Query failed: /, "");
  const coded = CODE.test(known)
    ? known
    : `Code: ${UNKNOWN_EXCEPTION}. DB::Exception: ${known}. (UNKNOWN_EXCEPTION)`;
  return `${coded.trimEnd()} (version ${version} (chDB))`;
}
const CODE = /^Code: (\d+)\./;
const UNKNOWN_EXCEPTION = 1002;

/** The ClickHouse code in such a text. */
export function faultCode(text: string): number {
  return Number(CODE.exec(text)?.[1] ?? UNKNOWN_EXCEPTION);
}

/** The HTTP status a ClickHouse server gives for a code (its `exceptionCodeToHTTPStatus`). */
export function httpStatus(code: number): number {
  return STATUS_BY_CODE.get(code) ?? 500;
}

const CODES_BY_STATUS: Readonly<Record<number, readonly number[]>> = {
  // Cannot parse, type mismatch, illegal argument, syntax, unknown parameter.
  400: [6, 26, 27, 36, 38, 41, 42, 43, 53, 62, 69, 70, 72, 117, 130, 131, 456, 457],
  // Wrong password, access denied, read-only.
  403: [164, 193, 194, 291, 497, 516],
  // Unknown table, column, function, database, format, setting, session.
  404: [1, 16, 46, 47, 50, 60, 73, 81, 115, 372],
  408: [159],
  413: [307],
  501: [48],
};

const STATUS_BY_CODE: ReadonlyMap<number, number> = new Map(
  Object.entries(CODES_BY_STATUS).flatMap(([status, codes]) =>
    codes.map((code) => [code, Number(status)] as const),
  ),
);
