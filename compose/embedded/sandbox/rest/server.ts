import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { graphqlRoute } from "../graphql/route.ts";
import type { Station } from "../capacity/station.ts";
import type { Instance } from "../platform/instance.ts";
import { Refusal } from "../platform/refusal.ts";
import { createGate } from "./gate.ts";
import { limitAddresses } from "./nginx.ts";
import type { HttpMetrics } from "./prometheus.ts";
import { queueRequests } from "./queue.ts";
import { isClientError } from "./client-error.ts";
import { acceptMultipart } from "./multipart.ts";
import { createMetricsCache } from "../operations/base-metrics.ts";
import { nodeRoutes } from "./routes/nodes.ts";
import { permissionRoutes } from "./routes/permissions.ts";
import { pipeRoutes } from "./routes/pipes.ts";
import { registryRoutes } from "./routes/registries.ts";
import { repoRoutes } from "./routes/repos.ts";
import { rootRoutes } from "./routes/root.ts";
import { unitDeviceRoutes } from "./routes/unit-device.ts";
import { unitRoutes } from "./routes/units.ts";
import { userRoutes } from "./routes/users.ts";
import { Unprocessable } from "../operations/validation.ts";

const API = "/pepeunit/api/v1";
const BODY_LIMIT_BYTES = 50 * 1024 * 1024; // nginx's

export interface RestOptions {
  readonly instance: Instance;
  readonly api: Station;
  readonly metrics: HttpMetrics;
  /** Limits every address as the platform's nginx limits public ones. */
  readonly nginx?: boolean | undefined;
}

/** The backend's HTTP side, not yet listening. */
export function createRest({ instance, api, metrics, nginx }: RestOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    keepAliveTimeout: 30_000,
  });
  const gate = createGate(instance);
  if (nginx === true) limitAddresses(app, instance.clock);
  tellDate(app, instance);
  observeRequests(app, metrics);
  answerErrors(app);
  redirectSlashes(app);
  queueRequests(app, api);
  acceptMultipart(app);
  const baseMetrics = createMetricsCache(instance);
  rootRoutes(app, { instance, gate, metrics, baseMetrics, api: API });
  permissionRoutes(app, `${API}/permission`, { instance, gate });
  userRoutes(app, `${API}/users`, { instance, gate });
  registryRoutes(app, `${API}/repository_registry`, { instance, gate });
  repoRoutes(app, `${API}/repos`, { instance, gate });
  unitDeviceRoutes(app, `${API}/units`, { instance, gate });
  unitRoutes(app, `${API}/units`, { instance, gate });
  pipeRoutes(app, `${API}/unit_nodes`, { instance, gate });
  nodeRoutes(app, `${API}/unit_nodes`, { instance, gate });
  graphqlRoute(app, { instance, api, baseMetrics });
  return app;
}

/** By the instance's clock: Node would tell the machine's. */
function tellDate(app: FastifyInstance, { clock }: Instance): void {
  app.addHook("onRequest", (_request, reply, done) => {
    reply.header("date", new Date(clock.wallMs()).toUTCString());
    done();
  });
}

const size = (value: unknown): number => Number(value) || 0;

function observeRequests(app: FastifyInstance, metrics: HttpMetrics): void {
  app.addHook("onResponse", (request, reply, done) => {
    // A shed or limited request never reached the backend, which therefore does not count it.
    if (reply.statusCode !== 503 && reply.statusCode !== 429) {
      metrics.observe({
        handler: request.routeOptions.url?.replaceAll(/:(\w+)/g, "{$1}") ?? "none",
        method: request.method,
        status: reply.statusCode,
        seconds: reply.elapsedTime / 1000,
        requestBytes: size(request.headers["content-length"]),
        responseBytes: size(reply.getHeader("content-length")),
      });
    }
    done();
  });
}

function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof Refusal) return reply.code(error.status).send({ detail: error.message });
    if (error instanceof Unprocessable) return reply.code(422).send({ detail: error.detail });
    if (isClientError(error)) {
      const problem = {
        type: "json_invalid",
        loc: ["body", 0],
        msg: "JSON decode error",
        input: {},
      };
      return reply.code(422).send({ detail: [problem] });
    }
    request.log.error(error);
    return reply.code(500).type("text/plain").send("Internal Server Error");
  });
}

/** FastAPI redirects when only the slash at the end is wrong. */
function redirectSlashes(app: FastifyInstance): void {
  const known = new Set<string>();
  app.addHook("onRoute", ({ url }) => {
    known.add(url);
  });
  app.addHook("onRequest", (request, reply, done) => {
    // FastAPI takes no empty segment for a parameter.
    if (request.url.split("?")[0]?.endsWith("/") && !request.routeOptions.url?.endsWith("/")) {
      reply.callNotFound();
    } else done();
  });
  app.setNotFoundHandler((request, reply) => {
    const [path = "", query] = request.url.split("?");
    const other = path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
    if (known.has(other) || known.has(other.replace(/\/[0-9a-f-]{36}$/i, "/:uuid"))) {
      return reply.redirect(`${originOf(request)}${other}${query ? `?${query}` : ""}`, 307);
    }
    return reply.code(404).send({ detail: "Not Found" });
  });
}

const originOf = (request: FastifyRequest) => `${request.protocol}://${request.host}`;
