import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { isForm, readForm, readText, spoolBody } from "./body.ts";
import type { Engine } from "./engine.ts";
import { ClickHouseFault } from "./errors.ts";
import { execute } from "./execute.ts";
import { parseRequest, type QueryRequest } from "./request.ts";
import type { Sessions } from "./sessions.ts";
import { parseStatement, readingFrom, splitInsert, type Statement } from "./statement.ts";

/** What every query of this server needs. */
export interface QueryContext {
  readonly engine: Engine;
  readonly sessions: Sessions;
  /** Where INSERT data waits until the engine has read it. */
  readonly spoolDirectory: string;
}

/** Answers one query: gathers its statement and data, runs it, cleans up. */
export async function answerQuery(
  context: QueryContext,
  params: URLSearchParams,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (isForm(incoming))
    for (const [name, value] of await readForm(incoming)) params.set(name, value);
  const request = parseRequest(params, incoming.headers);
  refuseUnsupported(params);
  response.setHeader("X-ClickHouse-Query-Id", request.queryId);
  const file = join(context.spoolDirectory, randomUUID());
  try {
    const statement = await gather(request, incoming, file);
    if (statement === undefined) return void response.end(); // an INSERT of nothing
    checkAllowed(statement, incoming.method);
    await context.sessions.use(request.session, (session) =>
      execute({ engine: context.engine, session, request, statement, response }),
    );
  } catch (error) {
    throw withoutPath(error, file);
  } finally {
    await rm(file, { force: true });
  }
}

/** The statement to run, its INSERT data moved to `file`; undefined when there is no data. */
async function gather(
  request: QueryRequest,
  incoming: IncomingMessage,
  file: string,
): Promise<Statement | undefined> {
  const insert = splitInsert(request.sql);
  const inUrl = parseStatement(request.sql);
  if (inUrl.kind === "insert" && insert !== undefined) {
    const bytes = await spoolBody(incoming, file, insert.inlineData);
    return bytes === 0 ? undefined : { ...inUrl, sql: readingFrom(file, insert) };
  }
  const body = isForm(incoming) ? "" : await readText(incoming);
  return moveInlineData([request.sql, body].filter((part) => part !== "").join("\n"), file);
}

/** Inline INSERT data goes through a file too: for chDB a blank line would end it. */
async function moveInlineData(sql: string, file: string): Promise<Statement | undefined> {
  const statement = parseStatement(sql);
  const insert = statement.kind === "insert" ? splitInsert(sql) : undefined;
  if (insert === undefined) return statement;
  if (insert.inlineData === "") return undefined;
  await writeFile(file, insert.inlineData, { mode: 0o600 });
  return { ...statement, sql: readingFrom(file, insert) };
}

function checkAllowed(statement: Statement, method: string | undefined): void {
  if (statement.sql.trim() === "")
    throw new ClickHouseFault(62, "SYNTAX_ERROR", "Syntax error: empty query");
  // chDB would run them all; a server does not, and what works here must work there.
  if (statement.multiple)
    throw new ClickHouseFault(62, "SYNTAX_ERROR", "Multi-statements are not allowed");
  if (method === "GET" && statement.kind !== "read")
    throw new ClickHouseFault(164, "READONLY", "Cannot execute query in readonly mode: use POST");
}

function refuseUnsupported(params: URLSearchParams): void {
  for (const name of ["compress", "decompress"])
    if (params.get(name) === "1")
      throw new ClickHouseFault(
        48,
        "NOT_IMPLEMENTED",
        `The embedded ClickHouse does not know ${name}=1 (native block compression); use HTTP compression`,
      );
}

function withoutPath(error: unknown, file: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new ClickHouseFault(
      243,
      "NOT_ENOUGH_SPACE",
      "No space left for the data of this INSERT",
    );
  if (!error.message.includes(file)) return error;
  return new Error(error.message.replaceAll(file, "request body"), { cause: error });
}
