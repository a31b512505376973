import { z } from "zod";
import { classOfStatus } from "../transport/http/failure.ts";
import type { HttpRequest } from "../transport/http/request.ts";

const Answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ message: z.string() }).loose()).nullish(),
});

/**
 * Checks the answer to an operation: GraphQL says with status 200 that it failed, so only `data`
 * and `errors` tell.
 * @param field what the operation asks for at the top.
 */
export function graphqlAnswer(field: string): HttpRequest["check"] {
  const named = `"${field}"`;
  const empty = new RegExp(`"${field}"\\s*:\\s*null`);
  return (status, body) => {
    const badStatus = classOfStatus(status, body);
    if (badStatus !== undefined) return badStatus;
    // Nearly every answer: parsing it would cost more than sending the request did.
    const plain = body.startsWith('{"data"') && !body.includes('"errors"');
    if (plain && body.includes(named) && !empty.test(body)) return undefined;
    return judge(body, field);
  };
}

function judge(body: string, field: string): string | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return "graphql-not-json";
  }
  const parsed = Answer.safeParse(json);
  if (!parsed.success) return "graphql-not-an-answer";
  const { data, errors } = parsed.data;
  const [error] = errors ?? [];
  if (error !== undefined) return classOfError(error.message);
  return data?.[field] === undefined || data[field] === null ? "graphql-no-data" : undefined;
}

/** The platform begins a message with the status REST would have had: "403: 1: No Access: …". */
function classOfError(message: string): string {
  const status = /^(\d{3}): /.exec(message)?.[1];
  return status === undefined ? "graphql-error" : `graphql-${status}`;
}
