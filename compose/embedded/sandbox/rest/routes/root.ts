import type { FastifyInstance } from "fastify";
import type { MetricsCache } from "../../operations/base-metrics.ts";
import { Refusal } from "../../platform/refusal.ts";
import type { HttpMetrics } from "../prometheus.ts";
import { CHEAP } from "../queue.ts";
import type { RouteContext } from "./context.ts";

/** The backend release whose contract the sandbox follows. */
const BACKEND_VERSION = "1.2.0";

interface RootContext extends RouteContext {
  readonly metrics: HttpMetrics;
  readonly baseMetrics: MetricsCache;
  readonly api: string;
}

/** What the instance is, what it counts, and the operator's metrics. */
export function rootRoutes(
  app: FastifyInstance,
  { instance, gate, metrics, baseMetrics, api }: RootContext,
): void {
  const { features } = instance;
  const cheap = { config: { cost: () => CHEAP } };

  app.get("/pepeunit", cheap, () => {
    const { url } = instance.address();
    return {
      name: "Loadstone sandbox",
      version: BACKEND_VERSION,
      description: "A Pepeunit-compatible instance with a known capacity",
      license: "Apache-2.0",
      authors: ["Loadstone"],
      swagger: `${url}/pepeunit/docs`,
      graphql: `${url}/pepeunit/graphql`,
      grafana: `${url}/grafana/`,
      telegram_bot: `${url}/pepeunit`,
      feature_flags: {
        pu_ff_telegram_bot_enable: false,
        pu_ff_grafana_integration_enable: false,
        pu_ff_datapipe_enable: features.dataPipe,
        pu_ff_datapipe_default_last_value_enable: features.defaultLastValue,
        pu_ff_prometheus_enable: features.prometheus,
      },
    };
  });

  if (features.prometheus) {
    app.get("/pepeunit/metrics", cheap, (_request, reply) =>
      reply.type("text/plain; version=0.0.4; charset=utf-8").send(metrics.text()),
    );
  }

  // There is no Grafana here: its endpoints refuse as they do where the feature is off.
  app.all(`${api}/grafana/*`, () => {
    throw new Refusal("feature", "Feature PU_FF_GRAFANA_INTEGRATION_ENABLE is disabled");
  });

  const cost = () => (baseMetrics.isFresh() ? CHEAP : 1);
  app.get(`${api}/metrics/`, { config: { cost } }, (request) =>
    baseMetrics.read(gate.agent(request)),
  );
}
