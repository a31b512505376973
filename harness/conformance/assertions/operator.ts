import { parseSamples, type Sample, sumOf } from "../../platform/prometheus.ts";
import type { Assertion } from "../assertion.ts";
import type { Bench } from "../bench.ts";
import { aBoolean, aText, aWholeNumber, Difference, holds, same } from "../same.ts";

/** Fifteen pass at once from a public address. */
const QUICK_REQUESTS = 20;
const LIMITED = 429;

async function backendSamples(bench: Bench): Promise<Sample[]> {
  const answer = await bench.send("GET", "/pepeunit/metrics", { token: null });
  same("GET /pepeunit/metrics", answer, { status: 200, type: /^text\/plain/ });
  return parseSamples(String(answer.body));
}

function hasLabels(samples: readonly Sample[], name: string, labels: readonly string[]): void {
  const sample = samples.find((each) => each.name === name);
  if (sample === undefined) throw new Difference(`there is no ${name}`);
  same(`labels of ${name}`, Object.keys(sample.labels).sort(), labels.toSorted());
}

const EMQX_SERIES = [
  "emqx_connections_count",
  "emqx_topics_count",
  "emqx_suboptions_count",
  "emqx_messages_received",
  "emqx_messages_sent",
  "emqx_messages_dropped",
  "emqx_bytes_received",
  "emqx_bytes_sent",
  "emqx_packets_connect",
  "emqx_packets_connack_sent",
  "emqx_packets_publish_received",
  "emqx_packets_publish_sent",
  "emqx_packets_suback_sent",
  "emqx_vm_used_memory",
];

/** What only an operator sees, and the proxy before it all. */
export const OPERATOR: readonly Assertion[] = [
  {
    id: "operator/backend-metrics",
    contract: "REST §2",
    quirk: "the backend counts requests by handler, method and class of status",
    needs: ["prometheus"],
    check: async (bench) => {
      await bench.call("GET", "/units?limit=1");
      const samples = await backendSamples(bench);
      const handler = "/pepeunit/api/v1/units";
      const count = sumOf(samples, "http_requests_total", {
        handler,
        method: "GET",
        status: "2xx",
      });
      holds((count ?? 0) > 0, `http_requests_total counts no GET of ${handler}`);
      hasLabels(samples, "http_requests_total", ["handler", "method", "status"]);
      hasLabels(samples, "http_request_duration_seconds_bucket", ["handler", "le", "method"]);
      hasLabels(samples, "http_request_duration_highr_seconds_count", []);
      hasLabels(samples, "http_response_size_bytes_sum", ["handler"]);
    },
  },
  {
    id: "operator/hook-in-metrics",
    contract: "REST §2",
    quirk: "the broker's calls of the access hook are counted among the requests",
    needs: ["prometheus"],
    check: async (bench) => {
      const handler = "/pepeunit/api/v1/units/auth";
      const count = async () =>
        sumOf(await backendSamples(bench), "http_requests_total", { handler }) ?? 0;
      const before = await count();
      const client = await bench.connect(bench.unit(0).token);
      await client.subscribe(bench.topic(bench.unit(0).outputNodeUuid));
      await client.publish(bench.topic(bench.unit(0).outputNodeUuid), "x");
      holds((await count()) >= before + 2, "a subscription and a publish were not asked for");
    },
  },
  {
    id: "operator/emqx-services",
    contract: "MQTT §2",
    quirk: "backend and DataPipe are subscribed at QoS 0, the DataPipe under the domain's name",
    needs: ["emqx"],
    check: async (bench) => {
      const { domain } = bench.parts.broker;
      const base = await bench.emqx.subscriptions({ topic: `${domain}/+/+/+/pepeunit`, qos: 0 });
      same("the backend's", base.data.length, 1);
      const pipe = await bench.emqx.subscriptions({ topic: `${domain}/+/pepeunit`, qos: 0 });
      same("the DataPipe's", pipe.data, [{ clientid: domain, qos: 0 }]);
    },
  },
  {
    id: "operator/emqx-limits",
    contract: "MQTT §4",
    quirk: "the listener has the limits that the backend pushes at its start",
    needs: ["emqx"],
    check: async (bench) => {
      same("tcp:default", await bench.emqx.listener(), {
        max_connections: 10_000,
        max_conn_rate: /^20\/(1?s)?$/,
        messages_rate: /^30\/(1?s)?$/,
        bytes_rate: /^1MB\/(1?s)?$/,
      });
      same("global_zone", (await bench.emqx.zone()).mqtt, {
        max_packet_size: /^256KB$/,
        max_qos_allowed: 2,
        max_topic_levels: 5,
        max_mqueue_len: 128,
        max_inflight: 32,
        retain_available: false,
      });
    },
  },
  {
    id: "operator/emqx-clients",
    contract: "MQTT §7",
    quirk: "the broker knows a client by its id, and by its token for a name",
    needs: ["emqx"],
    check: async (bench) => {
      await bench.connect(bench.unit(1).token);
      const found = await bench.emqx.clients({ username: bench.unit(1).token });
      holds(found.data.length > 0, "no client has the Unit's token for its name");
      same("a client", found.data[0], { clientid: aText, connected: aBoolean, proto_ver: 4 });
    },
  },
  {
    id: "operator/emqx-counters",
    contract: "Deploy §7",
    quirk: "EMQX tells its gauges and counters in JSON and to Prometheus, without a login there",
    needs: ["emqx"],
    check: async (bench) => {
      same("stats", await bench.emqx.stats(), { "connections.count": aWholeNumber });
      const counted = { "messages.received": aWholeNumber, "messages.dropped": aWholeNumber };
      same("metrics", await bench.emqx.metrics(), counted);
      const text = await bench.emqx.prometheus();
      const names = new Set(text.map(({ name }) => name));
      const missing = EMQX_SERIES.filter((name) => !names.has(name));
      same("series that are missing", missing, []);
    },
  },
  {
    id: "nginx/limit",
    contract: "Deploy §6",
    quirk: "a public address gets 429 as HTML above 5 requests a second and 10 more at once",
    check: async (bench) => {
      const answers = await Promise.all(
        Array.from({ length: QUICK_REQUESTS }, () =>
          bench.send("GET", "/pepeunit", { token: null, once: true }),
        ),
      );
      const limited = answers.filter(({ status }) => status === LIMITED);
      const [first] = limited;
      if (first === undefined) return "not active for this address";
      same("a limited request", first, { type: /^text\/html/, body: /429 Too Many Requests/ });
      const passed = QUICK_REQUESTS - limited.length;
      holds(passed >= 1 && passed <= 16, `${passed} of ${QUICK_REQUESTS} passed at once`);
      return `active: ${passed} of ${QUICK_REQUESTS} passed at once`;
    },
  },
];
