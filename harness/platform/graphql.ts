import { z } from "zod";
import { LoadstoneError } from "../errors.ts";
import type { Http } from "./http.ts";
import { documentOf, isOptional, OPERATIONS, type Operation } from "./graphql-operations.ts";
import { Refusal, withoutTokens } from "./refusal.ts";

const PATH = "/pepeunit/graphql";
const REST_DETAIL = /^(\d{3}): \d+: /;
/** How Python's and JavaScript's implementations both say it. */
const UNKNOWN_FIELD = /Cannot query field ['"](\w+)['"] on type ['"](\w+)['"]/;

const Answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ message: z.string() })).nullish(),
});
type Answer = z.infer<typeof Answer>;

export interface GraphqlOptions {
  readonly http: Http;
  /** Of a user or a Unit; without one the caller is anonymous. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Page {
  readonly offset?: number;
  readonly limit?: number;
  readonly searchString?: string;
  readonly uuids?: readonly string[];
  readonly orderByCreateDate?: "asc" | "desc";
}
interface UnitFilters extends Page {
  readonly creatorUuid?: string;
  readonly repoUuid?: string;
  readonly unitNodeInputUuid?: string;
  readonly unitNodeType?: readonly ("OUTPUT" | "INPUT")[];
}
interface PipeFilters extends Omit<Page, "uuids"> {
  readonly uuid: string;
  readonly type: "LAST_VALUE" | "N_RECORDS" | "TIME_WINDOW";
  readonly relativeTime?: string;
}
type Command = "UPDATE" | "ENV_UPDATE" | "SCHEMA_UPDATE" | "LOG_SYNC";

export type GraphqlClient = ReturnType<typeof openGraphql>;

/**
 * The GraphQL of an instance. It answers 200 whatever happens: an error in the answer is thrown
 * with REST's text, as a `Refusal`. Lists without a limit give every row there is.
 */
export function openGraphql({ http, token, signal }: GraphqlOptions) {
  /** Optional fields that this instance turned out not to have. */
  const unknown = new Set<string>();

  const send = (operation: Operation<unknown>, variables: object): Promise<Answer> =>
    http.call({
      method: "POST",
      path: PATH,
      answer: Answer,
      body: { query: documentOf(operation, unknown), variables, operationName: operation.name },
      // A query changes nothing, however often it is asked.
      repeatable: operation.kind === "query",
      ...(token === undefined ? {} : { token }),
      signal,
    });

  /** Asks again without a field that the instance does not know: nothing has been done yet. */
  async function ask<T>(operation: Operation<T>, variables: object = {}): Promise<T> {
    const what = `${operation.kind} ${operation.name} at ${http.origin}`;
    for (;;) {
      const answer = await send(operation, variables);
      const missing = missingField(answer, operation);
      if (missing === undefined || unknown.has(missing)) return dataOf(what, operation, answer);
      unknown.add(missing);
    }
  }

  return {
    counts: () => ask(OPERATIONS.counts),
    users: (filters: Page = {}) => ask(OPERATIONS.users, { filters }),
    registries: (filters: Page = {}) => ask(OPERATIONS.registries, { filters }),
    repos: (filters: Page & { creatorUuid?: string } = {}) => ask(OPERATIONS.repos, { filters }),
    units: (filters: UnitFilters = {}) => ask(OPERATIONS.units, { filters }),
    unitsWithNodes: (filters: UnitFilters = {}) => ask(OPERATIONS.unitsWithNodes, { filters }),
    unitNodes: (filters: Page & { unitUuid?: string; outputUuid?: string } = {}) =>
      ask(OPERATIONS.unitNodes, { filters }),
    unitLogs: (filters: { uuid: string; limit?: number; offset?: number }) =>
      ask(OPERATIONS.unitLogs, { filters }),
    pipeData: (filters: PipeFilters) => ask(OPERATIONS.pipeData, { filters }),
    createEdge: (nodeOutputUuid: string, nodeInputUuid: string) =>
      ask(OPERATIONS.createEdge, { unitNodeEdge: { nodeOutputUuid, nodeInputUuid } }),
    /** The only way to delete an edge: REST has none. */
    deleteEdge: (outputUuid: string, inputUuid: string) =>
      ask(OPERATIONS.deleteEdge, { outputUuid, inputUuid }),
    updateUnitNode: (uuid: string, unitNode: { isDataPipeActive?: boolean }) =>
      ask(OPERATIONS.updateUnitNode, { uuid, unitNode }),
    deletePipeData: (uuid: string) => ask(OPERATIONS.deletePipeData, { uuid }),
    deleteUnit: (uuid: string) => ask(OPERATIONS.deleteUnit, { uuid }),
    sendCommand: (uuid: string, command: Command) => ask(OPERATIONS.sendCommand, { uuid, command }),
  };
}

function missingField({ errors }: Answer, operation: Operation<unknown>): string | undefined {
  for (const { message } of errors ?? []) {
    const field = UNKNOWN_FIELD.exec(message)?.[1];
    if (field !== undefined && isOptional(operation, field)) return field;
  }
  return undefined;
}

function dataOf<T>(what: string, operation: Operation<T>, { data, errors }: Answer): T {
  const [first] = errors ?? [];
  if (first !== undefined) throw errorOf(what, operation.name, first.message);
  const parsed = operation.answer.safeParse(data?.[operation.name]);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? "data" : issue.path.join(".");
  throw new LoadstoneError("TARGET_ANSWER_INVALID", `${what}: ${field}: ${issue?.message ?? ""}`, {
    hint: "Check that the instance is of version 1.2 or later.",
  });
}

function errorOf(what: string, name: string, text: string): LoadstoneError {
  const message = withoutTokens(text);
  const [, field, type] = UNKNOWN_FIELD.exec(message) ?? [];
  if (field === name && (type === "Query" || type === "Mutation")) {
    return new LoadstoneError("TARGET_ANSWER_INVALID", `${what}: there is no such operation`, {
      hint: `This needs an instance whose GraphQL has ${name}: version 1.2 or later.`,
    });
  }
  const status = REST_DETAIL.exec(message)?.[1];
  if (status !== undefined || /^limit must be|^offset must be/.test(message)) {
    return new Refusal("PROVISIONING_FAILED", what, Number(status ?? 422), message);
  }
  return new LoadstoneError("TARGET_ANSWER_INVALID", `${what}: ${message}`, {
    hint: "The instance's GraphQL is not the one this suite was written for.",
  });
}
