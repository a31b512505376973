import * as fc from "fast-check";
import { MockAgent } from "undici";
import { afterEach, describe, expect, test } from "vitest";
import { skippingClock } from "../test/skipping-clock.ts";
import { growthOf, readOperatorMetrics } from "./operator-metrics.ts";
import { parseSamples, scrape, sumOf } from "./prometheus.ts";

const agents: MockAgent[] = [];
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.close()));
});

function serving(answers: Readonly<Record<string, string>>) {
  const agent = new MockAgent();
  agent.disableNetConnect();
  agents.push(agent);
  for (const [url, text] of Object.entries(answers)) {
    const { origin, pathname } = new URL(url);
    agent.get(origin).intercept({ path: pathname }).reply(200, text);
  }
  return { dispatcher: agent, clock: skippingClock() };
}

const escaped = (text: string) =>
  text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
const at = (metric: string, value: number) => ({ source: "emqx", metric, value }) as const;

describe("the text format", () => {
  test("gives name, labels and value, and passes over all else", () => {
    const text = [
      "# TYPE http_requests_total counter",
      'http_requests_total{handler="/pepeunit",method="GET",status="2xx"} 7',
      'odd{text="a \\"b\\"\\n{c}"} +Inf 1700000000',
      "emqx_connections_count 3.5e1",
      "no sample here",
      "name_without_value",
      "",
    ].join("\n");
    expect(parseSamples(text)).toEqual([
      {
        name: "http_requests_total",
        labels: { handler: "/pepeunit", method: "GET", status: "2xx" },
        value: 7,
      },
      { name: "odd", labels: { text: 'a "b"\n{c}' }, value: Infinity },
      { name: "emqx_connections_count", labels: {}, value: 35 },
    ]);
  });

  test("reads back any label and any number", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", '"', "\\", "\n", "{", "}", ",", "=") }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (label, value) => {
          const [sample] = parseSamples(`metric{label="${escaped(label)}"} ${value}\n`);
          expect(sample).toEqual({ name: "metric", labels: { label }, value: Number(`${value}`) });
        },
      ),
    );
  });

  test("is added up over the labels that are not asked for", () => {
    const samples = parseSamples('r{s="2xx",h="a"} 1\nr{s="2xx",h="b"} 2\nr{s="5xx",h="a"} 4\n');
    expect([sumOf(samples, "r"), sumOf(samples, "r", { s: "2xx" }), sumOf(samples, "x")]).toEqual([
      7,
      3,
      undefined,
    ]);
  });
});

describe("a scrape", () => {
  test("that holds no metrics is not one", async () => {
    const options = serving({ "http://one.test/metrics": "<html>a page</html>" });
    await expect(scrape("logporter", "http://one.test", options)).rejects.toThrow(
      "holds no metrics",
    );
  });

  test("takes from each exporter what tells of a run, and says which is silent", async () => {
    const options = serving({
      "http://one.test/pepeunit/metrics": 'http_requests_total{status="2xx"} 5\nother 1\n',
      "http://log.test/metrics":
        'docker_cpu_usage_total{containerName="emqx"} 12\ndocker_logs_all_count 3\n',
    });
    const { readings, silent } = await readOperatorMetrics({
      backend: "http://one.test",
      emqx: { url: "http://emqx.test" },
      logporter: "http://log.test",
      ...options,
    });
    expect(readings).toEqual([
      { source: "backend", metric: "http_requests_total", value: 5 },
      { source: "logporter", metric: "docker_cpu_usage_total/emqx", value: 12 },
    ]);
    expect(silent).toEqual([{ source: "emqx", reason: expect.any(String) }]);
  });

  test("growth leaves out what was reset or not there before", () => {
    expect(
      growthOf([at("sent", 3), at("reset", 9)], [at("sent", 5), at("reset", 1), at("new", 2)]),
    ).toEqual([at("sent", 2)]);
  });
});
