import { z } from "zod";

type Where = "body" | "query" | "path";

/** One entry of FastAPI's list of what is wrong with a request. */
interface Problem {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
}

/** A request of the wrong shape: status 422 with a list of problems. */
export class Unprocessable extends Error {
  readonly detail: readonly Problem[] | string;

  constructor(detail: readonly Problem[] | string) {
    const problems = typeof detail === "string" ? [] : detail;
    const texts = problems.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`);
    super(typeof detail === "string" ? detail : texts.join("; "));
    this.name = "Unprocessable";
    this.detail = detail;
  }
}

/** Parses a part of a request, or throws what FastAPI would answer. */
export function parse<T extends z.ZodType>(where: Where, schema: T, input: unknown): z.infer<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Unprocessable(parsed.error.issues.map((issue) => toProblem(where, issue, input)));
}

function toProblem(where: Where, issue: z.core.$ZodIssue, input: unknown): Problem {
  const loc = [where, ...issue.path.map((key) => (typeof key === "number" ? key : String(key)))];
  const found = valueAt(input, issue.path);
  if (found === undefined) {
    return { type: "missing", loc, msg: "Field required", input: input ?? null };
  }
  return { type: problemType(issue), loc, msg: issue.message, input: found };
}

/** Pydantic's name for a kind of problem. */
function problemType(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return "enum";
  if (issue.code === "invalid_type") return `${issue.expected}_type`;
  if (issue.code === "invalid_format") return `${issue.format}_parsing`;
  return "value_error";
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined,
    input,
  );
}

/** The uuid in a path. */
export function pathUuid(params: unknown): string {
  return parse("path", UuidPath, params).uuid;
}

const UuidPath = z.object({ uuid: z.guid("Input should be a valid UUID").toLowerCase() });

/** What a change says, without the fields it leaves out or sets to null. */
export function givenFields<T extends object>(
  change: T,
): { [K in keyof T]?: Exclude<T[K], null | undefined> } {
  const given = Object.entries(change).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], null | undefined> };
}

// Query strings: everything is text, a repeated parameter is a list of it.

export const queryInt = z.coerce.number<string | number>().pipe(z.int());
export const queryBool = z.union([
  z.boolean(), // as GraphQL gives it
  z
    .enum(["true", "false", "True", "False", "1", "0"], "Input should be a valid boolean")
    .transform((word) => ["true", "True", "1"].includes(word)),
]);
/** A date as milliseconds; without a zone it is UTC. */
export const queryDate = z
  .string()
  .transform((text) => Date.parse(/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`))
  .pipe(z.number("Input should be a valid datetime"));
export const queryList = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item));
