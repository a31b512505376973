import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Station } from "../capacity/station.ts";
import type { MetricsCache } from "../operations/base-metrics.ts";
import { agentOf } from "../platform/agent.ts";
import type { Instance } from "../platform/instance.ts";
import { isClientError } from "../rest/client-error.ts";
import { refuseBusy } from "../rest/queue.ts";
import { costOf } from "./cost.ts";
import { readDocument, run } from "./execute.ts";
import { readRequest } from "./request.ts";
import type { RequestContext } from "./resolver.ts";

export interface GraphqlOptions {
  readonly instance: Instance;
  readonly api: Station;
  readonly baseMetrics: MetricsCache;
}

const PATH = "/pepeunit/graphql";

/** The GraphQL endpoint. It waits for the same server as REST, for as long as its fields cost. */
export function graphqlRoute(app: FastifyInstance, options: GraphqlOptions): void {
  const config = { queuesItself: true };
  app.post(PATH, { config, errorHandler }, async (request, reply) => {
    const asked = await readRequest(request);
    const read = asked === undefined ? undefined : readDocument(asked.query);
    const context = contextOf(options, request);
    const cost =
      asked !== undefined && read !== undefined && "document" in read
        ? costOf(read.document, asked.variables, context)
        : 1;
    if (!(await served(options.api, cost))) return refuseBusy(reply);
    if (asked === undefined || read === undefined) return notGraphql(reply);
    if ("errors" in read) return { data: null, errors: read.errors };
    const { data = null, errors } = await run(read.document, asked, context);
    return errors === undefined ? { data } : { data, errors };
  });
}

const served = (api: Station, cost: number): Promise<boolean> =>
  new Promise((resolve) => {
    if (!api.admit(() => resolve(true), cost)) resolve(false);
  });

function contextOf(
  { instance, baseMetrics }: GraphqlOptions,
  request: FastifyRequest,
): RequestContext {
  const token = request.headers["x-auth-token"];
  // The web client sends an empty token when nobody is signed in.
  const given = typeof token === "string" && token !== "" ? token : undefined;
  return { instance, baseMetrics, agent: () => agentOf(given, instance) };
}

/** A body that is no JSON is no list of problems here. */
function errorHandler(error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  if (isClientError(error)) notGraphql(reply);
  else reply.code(500).type("text/plain").send("Internal Server Error");
}

const notGraphql = (reply: FastifyReply) =>
  reply.code(400).type("text/plain").send("Unable to parse request body as JSON");
