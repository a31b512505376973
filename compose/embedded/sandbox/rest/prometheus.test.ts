import { expect, test } from "vitest";
import { createHttpMetrics } from "./prometheus.ts";

test("counts requests by handler, method and class of status", () => {
  const metrics = createHttpMetrics();
  const request = { handler: "/x/{uuid}", method: "GET", requestBytes: 0, responseBytes: 50 };
  metrics.observe({ ...request, status: 200, seconds: 0.05 });
  metrics.observe({ ...request, status: 204, seconds: 0.7 });
  metrics.observe({ ...request, status: 422, seconds: 2 });
  const text = metrics.text();
  for (const line of [
    'http_requests_total{handler="/x/{uuid}",method="GET",status="2xx"} 2',
    'http_requests_total{handler="/x/{uuid}",method="GET",status="4xx"} 1',
    'http_response_size_bytes_sum{handler="/x/{uuid}"} 150',
    'http_request_duration_seconds_bucket{handler="/x/{uuid}",method="GET",le="0.1"} 1',
    'http_request_duration_seconds_bucket{handler="/x/{uuid}",method="GET",le="1"} 2',
    'http_request_duration_seconds_bucket{handler="/x/{uuid}",method="GET",le="+Inf"} 3',
    'http_request_duration_seconds_count{handler="/x/{uuid}",method="GET"} 3',
    "http_request_duration_highr_seconds_count 3",
  ]) {
    expect(text.split("\n")).toContain(line);
  }
});
