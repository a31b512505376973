import type { FastifyInstance, FastifyReply } from "fastify";
import type { Station } from "../capacity/station.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Share of one service that the route costs; 1 when absent. */
    cost?: (query: object) => number;
    /** The route itself waits for the server, once it knows what it is asked for. */
    queuesItself?: boolean;
  }
}

/** What a request costs that needs neither the database nor a token. */
export const CHEAP = 0.1;

/**
 * Every request waits for the API server before it is handled. When the buffer is full the answer
 * is 503 at once: waiting for nginx's 504 after 90 s would tell the same and hold the socket.
 */
export function queueRequests(app: FastifyInstance, api: Station): void {
  app.addHook("onRequest", (request, reply, done) => {
    const { cost: costOf, queuesItself } = request.routeOptions.config;
    if (queuesItself) return done();
    const cost = costOf?.(Object(request.query)) ?? 1;
    if (api.admit(() => done(), cost)) return;
    refuseBusy(reply);
  });
}

export const refuseBusy = (reply: FastifyReply) =>
  reply.code(503).type("text/plain").send("Service Unavailable");
