import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { ChdbResult, Session } from "chdb";
import { exceptionBlock, openAnswer, summaryHeader, type Summary, writeChunk } from "./answer.ts";
import type { Engine } from "./engine.ts";
import { ClickHouseFault, faultText } from "./errors.ts";
import { contentType, isRowFormat } from "./formats.ts";
import type { QueryRequest } from "./request.ts";
import { quoteName, quoteText, type Statement } from "./statement.ts";

/** A statement on the session it runs on, with the way back to its client. */
export interface Execution {
  readonly engine: Engine;
  readonly session: Session;
  readonly request: QueryRequest;
  readonly statement: Statement;
  readonly response: ServerResponse;
}

/** Runs a statement and answers with its rows; throws what the engine refuses. */
export async function execute(execution: Execution): Promise<void> {
  const { engine, session, request, statement, response } = execution;
  const tag = queryTag(request.queryId);
  const ended = new AbortController();
  // A write goes on when its client has gone, as on a server; a read would only burn CPU.
  const stop = async () => {
    while (!ended.signal.aborted && statement.kind === "read") {
      await engine.kill(tag).catch(() => {});
      await delay(KILL_AGAIN_MS); // it may not have been among the running ones yet
    }
  };
  const onClose = () => void stop();
  response.once("close", onClose);
  try {
    for (const setting of prelude(request)) await engine.call(() => session.queryAsync(setting));
    await run({ ...execution, statement: { ...statement, sql: tagged(statement, tag) } });
  } catch (error) {
    throw withoutTag(error, tag);
  } finally {
    ended.abort();
    response.off("close", onClose);
    if (request.session !== undefined) await resetSettings(execution);
  }
}
const KILL_AGAIN_MS = 100;

async function run(execution: Execution): Promise<void> {
  const { engine, session, request, statement, response } = execution;
  const format = statement.format ?? request.format;
  if (statement.streamable && isRowFormat(format) && !request.waitEndOfQuery)
    return streamRows(execution, format);
  const startMs = performance.now();
  const result = await engine.call(() => session.queryAsync(statement.sql, { format }));
  if (response.destroyed) return;
  const summary = summaryOf(result, statement, performance.now() - startMs);
  const headers = { ...answerHeaders(format), "X-ClickHouse-Summary": summaryHeader(summary) };
  openAnswer(response, headers, request.acceptsGzip).end(result.bytes());
}

async function streamRows(execution: Execution, format: string): Promise<void> {
  const { engine, session, request, statement, response } = execution;
  const rows = session.queryStream(statement.sql, { format });
  try {
    const chunks = rows[Symbol.asyncIterator]();
    // The first chunk comes before the headers: an early error still gets a status of its own.
    let chunk = await engine.call(() => chunks.next());
    const exceptionTag = randomBytes(8).toString("hex");
    const headers = {
      ...answerHeaders(format),
      "X-ClickHouse-Exception-Tag": exceptionTag,
    };
    const output = openAnswer(response, headers, request.acceptsGzip);
    try {
      while (chunk.done !== true && !response.destroyed) {
        await writeChunk(output, chunk.value.raw());
        chunk = await engine.call(() => chunks.next());
      }
    } catch (error) {
      const text = faultText(withoutTag(error, queryTag(request.queryId)), engine.version);
      output.write(exceptionBlock(exceptionTag, text));
    }
    output.end();
  } finally {
    rows.cancel();
  }
}

/** What makes the session look as the request asks, before its statement runs. */
function prelude({ database, settings }: QueryRequest): readonly string[] {
  const assignments = [...settings].map(([name, value]) => `${name} = ${quoteText(value)}`);
  return [
    ...(database === undefined ? [] : [`USE ${quoteName(database)}`]),
    ...(assignments.length === 0 ? [] : [`SET ${assignments.join(", ")}`]),
  ];
}

/** Settings in the URL are for one query, also on a named session. */
async function resetSettings({ engine, session, request }: Execution): Promise<void> {
  const names = [...request.settings.keys()].filter((name) => !name.startsWith("param_"));
  if (names.length === 0) return;
  const reset = `SET ${names.map((name) => `${name} = DEFAULT`).join(", ")}`;
  await engine.call(() => session.queryAsync(reset)).catch(() => {});
}

/** chDB takes no query id: a comment in the text makes the query findable in system.processes. */
function queryTag(queryId: string): string {
  return `/*query_id:${queryId.replace(/[^\w.-]/g, "")}*/`;
}

/** After an INSERT a comment could be taken for data; elsewhere, in front, it would move columns. */
function tagged({ kind, sql }: Statement, tag: string): string {
  const found = findable(sql);
  return kind === "insert" ? `${tag} ${found}` : `${found.replace(/;\s*$/, "")}\n${tag}`;
}

/** Lets `KILL QUERY WHERE query_id = '…'` find the query by its tag. */
function findable(sql: string): string {
  return sql.replace(/^(\s*KILL\s+QUERY\s+WHERE\s+)query_id\s*=\s*'([^']*)'/i, (_, kill, id) => {
    const tag = quoteText(queryTag(String(id)));
    return `${kill}(startsWith(query, ${tag}) OR endsWith(query, ${tag}))`;
  });
}

function withoutTag(error: unknown, tag: string): unknown {
  if (!(error instanceof Error) || error instanceof ClickHouseFault) return error;
  return new Error(error.message.replaceAll(tag, "").trimEnd(), { cause: error });
}

function answerHeaders(format: string): Readonly<Record<string, string>> {
  return { "Content-Type": contentType(format), "X-ClickHouse-Format": format };
}

/** chDB gives one pair of counters: for an INSERT they count what was written. */
function summaryOf(result: ChdbResult, statement: Statement, elapsedMs: number): Summary {
  const writes = statement.kind === "insert";
  return {
    readRows: result.rowsRead,
    readBytes: result.bytesRead,
    writtenRows: writes ? result.rowsRead : 0,
    writtenBytes: writes ? result.bytesRead : 0,
    elapsedMs,
  };
}
