import type { EmqxClient } from "./emqx.ts";
import { type Exporter, type Sample, scrape, type ScrapeOptions, sumOf } from "./prometheus.ts";

/** One reading of an operator's counter, as the store's `resources` rows have them. */
export interface Reading {
  readonly source: Exporter;
  readonly metric: string;
  readonly value: number;
}

/** What tells where messages and requests went, under the exporters' own names. */
const COUNTERS = {
  backend: ["http_requests_total", "http_request_duration_highr_seconds_sum"],
  emqx: [
    "emqx_messages_received",
    "emqx_messages_sent",
    "emqx_messages_dropped",
    "emqx_bytes_received",
    "emqx_bytes_sent",
    "emqx_packets_publish_auth_error",
    "emqx_connections_count",
  ],
  logporter: [],
} as const satisfies Readonly<Record<Exporter, readonly string[]>>;

/** Container series that logporter gives for each container of the deployment. */
const CONTAINER = /^docker_(cpu_usage_total|memory_usage)$/;

export interface OperatorSources extends ScrapeOptions {
  /** Origin of the instance. */
  readonly backend?: string | undefined;
  readonly emqx?: Pick<EmqxClient, "url"> | undefined;
  /** Origin of logporter, usually port 9333. */
  readonly logporter?: string | undefined;
}

export interface OperatorReading {
  readonly readings: readonly Reading[];
  /** Exporters that did not answer, and why. */
  readonly silent: readonly { readonly source: Exporter; readonly reason: string }[];
}

/** Reads each exporter named, once; one that does not answer costs only its own numbers. */
export async function readOperatorMetrics(sources: OperatorSources): Promise<OperatorReading> {
  const { backend, emqx, logporter, ...options } = sources;
  const origins = { backend, emqx: emqx?.url, logporter };
  const readings: Reading[] = [];
  const silent: { source: Exporter; reason: string }[] = [];
  for (const source of ["backend", "emqx", "logporter"] as const) {
    const origin = origins[source];
    if (origin === undefined) continue;
    // The address that was pinned is the instance's alone.
    const { address: _pinned, ...others } = options;
    try {
      const samples = await scrape(source, origin, source === "backend" ? options : others);
      readings.push(...readingsOf(source, samples));
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      silent.push({ source, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { readings, silent };
}

function readingsOf(source: Exporter, samples: readonly Sample[]): Reading[] {
  if (source === "logporter") {
    return samples
      .filter(({ name }) => CONTAINER.test(name))
      .map(({ name, labels, value }) => ({ source, metric: withContainer(name, labels), value }));
  }
  return COUNTERS[source].flatMap((metric) => {
    const value = sumOf(samples, metric);
    return value === undefined ? [] : [{ source, metric, value }];
  });
}

const withContainer = (name: string, labels: Sample["labels"]): string => {
  const container = labels["containerName"];
  return container === undefined ? name : `${name}/${container}`;
};

/** How much each counter grew between two readings; one that fell was reset and is left out. */
export function growthOf(before: readonly Reading[], after: readonly Reading[]): Reading[] {
  return after.flatMap((reading) => {
    const earlier = before.find(
      ({ source, metric }) => source === reading.source && metric === reading.metric,
    );
    const grown = reading.value - (earlier?.value ?? 0);
    return earlier === undefined || grown < 0 ? [] : [{ ...reading, value: grown }];
  });
}
