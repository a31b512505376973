const BUCKETS_S = [0.1, 0.5, 1, Number.POSITIVE_INFINITY] as const;
const HIGHR_BUCKETS_S = [
  0.01,
  0.025,
  0.05,
  0.075,
  0.1,
  0.25,
  0.5,
  0.75,
  1,
  1.5,
  2,
  2.5,
  3,
  3.5,
  4,
  4.5,
  5,
  7.5,
  10,
  30,
  60,
  Number.POSITIVE_INFINITY,
] as const;

/** One answered request. */
export interface Answered {
  /** Route template with `{uuid}`, or "none". */
  readonly handler: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

export interface HttpMetrics {
  observe(answered: Answered): void;
  /** The metrics in Prometheus' text format, under the names of the backend. */
  text(): string;
}

interface Histogram {
  readonly counts: number[];
  sum: number;
}

const newHistogram = (buckets: readonly number[]): Histogram => ({
  counts: buckets.map(() => 0),
  sum: 0,
});

/** Counts requests as the backend's instrumentation does. */
export function createHttpMetrics(): HttpMetrics {
  const requests = new Map<string, number>();
  const sizes = new Map<string, { sum: number; count: number }>();
  const durations = new Map<string, Histogram>();
  const highr = newHistogram(HIGHR_BUCKETS_S);

  const observeSize = (metric: string, handler: string, bytes: number) => {
    const key = `${metric}|{handler="${handler}"}`;
    const size = sizes.get(key) ?? { sum: 0, count: 0 };
    sizes.set(key, { sum: size.sum + bytes, count: size.count + 1 });
  };

  return {
    observe({ handler, method, status, seconds, requestBytes, responseBytes }) {
      const labels = `handler="${handler}",method="${method}"`;
      const request = `{${labels},status="${Math.floor(status / 100)}xx"}`;
      requests.set(request, (requests.get(request) ?? 0) + 1);
      observeSize("http_request_size_bytes", handler, requestBytes);
      observeSize("http_response_size_bytes", handler, responseBytes);
      const duration = durations.get(labels) ?? newHistogram(BUCKETS_S);
      durations.set(labels, duration);
      record(duration, BUCKETS_S, seconds);
      record(highr, HIGHR_BUCKETS_S, seconds);
    },
    text() {
      const lines = ["# TYPE http_requests_total counter"];
      for (const [labels, count] of requests) lines.push(`http_requests_total${labels} ${count}`);
      for (const [key, { sum, count }] of sizes) {
        const [metric = "", labels = ""] = key.split("|");
        lines.push(`${metric}_count${labels} ${count}`, `${metric}_sum${labels} ${sum}`);
      }
      lines.push("# TYPE http_request_duration_seconds histogram");
      for (const [labels, histogram] of durations) {
        lines.push(...print("http_request_duration_seconds", labels, histogram, BUCKETS_S));
      }
      lines.push("# TYPE http_request_duration_highr_seconds histogram");
      lines.push(...print("http_request_duration_highr_seconds", "", highr, HIGHR_BUCKETS_S));
      return `${lines.join("\n")}\n`;
    },
  };
}

/** Cumulative: a value counts in its own bucket and in every wider one. */
function record(histogram: Histogram, buckets: readonly number[], value: number): void {
  histogram.sum += value;
  for (const [at, upTo] of buckets.entries()) {
    if (value <= upTo) histogram.counts[at] = (histogram.counts[at] ?? 0) + 1;
  }
}

function print(
  metric: string,
  labels: string,
  { counts, sum }: Histogram,
  buckets: readonly number[],
): string[] {
  const lines = buckets.map((upTo, at) => {
    const le = `le="${upTo === Number.POSITIVE_INFINITY ? "+Inf" : upTo}"`;
    return `${metric}_bucket{${labels === "" ? le : `${labels},${le}`}} ${counts[at] ?? 0}`;
  });
  const suffix = labels === "" ? "" : `{${labels}}`;
  return [
    ...lines,
    `${metric}_sum${suffix} ${sum}`,
    `${metric}_count${suffix} ${counts.at(-1) ?? 0}`,
  ];
}
