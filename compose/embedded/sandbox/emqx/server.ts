import { randomBytes } from "node:crypto";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { z } from "zod";
import type { LimitsInForce } from "../broker/limits.ts";
import { dottedStats, emqxStats, type StatsSource } from "./prometheus.ts";
import { listenerSettings, ListenerChange, toLimits, zoneSettings } from "./settings.ts";
import { listClients, listSubscriptions, NODE } from "./view.ts";

export interface EmqxOptions extends StatsSource {
  readonly limits: LimitsInForce;
  /** The dashboard's account. */
  readonly account: { readonly login: string; readonly password: string };
}

const API = "/api/v5";
const LISTENER = "/listeners/tcp:default";
const MAX_PAGE = 10_000;

const Login = z.object({ username: z.string(), password: z.string() });
const Paging = z.object({
  page: z.coerce.number().int().min(1).default(1),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
});
const Subscriptions = Paging.extend({
  topic: z.string().optional(),
  clientid: z.string().optional(),
  qos: z.coerce.number().int().optional(),
});
const Clients = Paging.extend({ clientid: z.string().optional(), username: z.string().optional() });

/** Sums over the nodes, instead of a list of them. */
const Aggregate = z.object({
  aggregate: z
    .enum(["true", "false"])
    .default("false")
    .transform((word) => word === "true"),
});

/** The part of EMQX's HTTP API that the platform and a load test use, not yet listening. */
export function createEmqxApi(options: EmqxOptions): FastifyInstance {
  const { broker, limits, account } = options;
  const app = fastify({ forceCloseConnections: true });
  const tokens = new Set<string>();
  app.setNotFoundHandler((_request, reply) =>
    fail(reply, 404, "NOT_FOUND", "Request Path Not Found"),
  );
  app.setErrorHandler((error, _request, reply) =>
    fail(reply, 400, "BAD_REQUEST", error instanceof Error ? error.message : String(error)),
  );

  app.get("/api-docs/swagger.json", () => ({ openapi: "3.0.0", info: { title: "EMQX API" } }));
  app.get(`${API}/prometheus/stats`, (_request, reply) =>
    reply.type("text/plain").send(emqxStats(options)),
  );
  app.post(`${API}/login`, (request, reply) => {
    const given = Login.safeParse(request.body).data;
    if (given?.username !== account.login || given.password !== account.password) {
      return fail(reply, 401, "BAD_USERNAME_OR_PWD", "Auth failed");
    }
    const token = randomBytes(32).toString("base64url");
    tokens.add(token);
    return { token, version: "5.8.8", license: { edition: "opensource" } };
  });

  const guard = (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
    if (tokens.has(token)) done();
    else fail(reply, 401, "BAD_TOKEN", "Invalid token");
  };
  const onRequest = [guard];
  app.get(`${API}/subscriptions`, { onRequest }, (request) => {
    const { topic, clientid, qos, ...paging } = Subscriptions.parse(request.query);
    const found = listSubscriptions(broker).filter(
      (each) =>
        (topic ?? each.topic) === each.topic &&
        (clientid ?? each.clientid) === each.clientid &&
        (qos ?? each.qos) === each.qos,
    );
    return paged(found, paging);
  });
  app.get(`${API}/clients`, { onRequest }, (request) => {
    const { clientid, username, ...paging } = Clients.parse(request.query);
    const found = listClients(broker).filter(
      (each) =>
        (clientid ?? each.clientid) === each.clientid &&
        (username ?? each.username) === each.username,
    );
    return paged(found, paging);
  });
  app.get(`${API}/stats`, { onRequest }, (request) => ofNode(request, dottedStats(options).gauges));
  app.get(`${API}/metrics`, { onRequest }, (request) =>
    ofNode(request, dottedStats(options).totals),
  );
  app.get(`${API}${LISTENER}`, { onRequest }, () => listenerSettings(limits.now));
  app.put(`${API}${LISTENER}`, { onRequest }, (request) => {
    limits.change(toLimits(ListenerChange.parse(request.body)));
    return listenerSettings(limits.now);
  });
  app.get(`${API}/configs/global_zone`, { onRequest }, () => zoneSettings(limits.now));
  return app;
}

const ofNode = (request: FastifyRequest, values: Readonly<Record<string, number>>) =>
  Aggregate.parse(request.query).aggregate ? values : [{ node: NODE, ...values }];

const fail = (reply: FastifyReply, status: number, code: string, message: string) =>
  reply.code(status).send({ code, message });

function paged<Row>(rows: readonly Row[], { page, limit }: z.infer<typeof Paging>) {
  const from = (page - 1) * limit;
  const hasnext = rows.length > from + limit;
  return {
    data: rows.slice(from, from + limit),
    meta: { page, limit, count: rows.length, hasnext },
  };
}
