import { expect, test, vi } from "vitest";
import type { OperatorReading } from "../platform/operator-metrics.ts";
import { ResourceWatch } from "./resource-watch.ts";
import type { RunRecord } from "./run-record.ts";

function watching(...readings: readonly (OperatorReading | Error)[]) {
  const rest = [...readings];
  const record = {
    event: vi.fn<RunRecord["event"]>(),
    resources: vi.fn<RunRecord["resources"]>(),
  };
  const readResources = async () => {
    const next = rest.shift();
    if (next instanceof Error || next === undefined) throw next ?? new Error("asked too often");
    return next;
  };
  return { watch: new ResourceWatch({ readResources }, record), record };
}

const received = (value: number): OperatorReading => ({
  readings: [{ source: "emqx", metric: "emqx_messages_received", value }],
  silent: [],
});

test("the readings are stored, and what grew between them is told", async () => {
  const { watch, record } = watching(received(5), received(12));
  await watch.begin();
  await watch.end();
  expect(record.resources.mock.calls.map(([readings]) => readings[0]?.value)).toEqual([5, 12]);
  const told = record.event.mock.calls.map(([kind, , , message]) => [kind, message]);
  expect(told).toEqual([["resources", "the target counted emqx_messages_received +7"]]);
});

test("an exporter that is silent is named, and nothing fails for it", async () => {
  const silent = [{ source: "backend", reason: "HTTP 404" }] as const;
  const { watch, record } = watching({ readings: [], silent }, new Error("gone"));
  await watch.begin();
  await watch.end();
  const told = record.event.mock.calls.map(([, , , message]) => message);
  expect(told).toEqual(["no metrics of backend: HTTP 404"]);
});

test("a target without an operator tells nothing", async () => {
  const { record } = watching();
  const watch = new ResourceWatch({}, record);
  await watch.begin();
  await watch.end();
  expect(record.resources).not.toHaveBeenCalled();
});
