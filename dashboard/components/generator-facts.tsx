import type { Report } from "#grader/contracts/report.ts";
import { ABSENT, bytes, count, latency, percent } from "#reports/render/format.ts";
import { Badge } from "./badge.tsx";
import { Facts } from "./facts.tsx";

/** Whether we were the limit: the worst of each figure over the run. */
export function GeneratorFacts({ generator }: { readonly generator: Report["generator"] }) {
  const { limited, windows, invalidWindows, worst } = generator;
  return (
    <Facts
      facts={[
        {
          name: "Verdict",
          value: limited ? (
            <Badge tone="warn" word="was the limit" />
          ) : (
            <Badge tone="good" word="not the limit" />
          ),
        },
        { name: "Invalid windows", value: `${invalidWindows} of ${windows}` },
        { name: "Lateness p99", value: latency(worst?.latenessP99Ms), hint: "worst window" },
        { name: "Lateness p99.9", value: latency(worst?.latenessP999Ms), hint: "worst window" },
        { name: "Loop delay", value: latency(worst?.loopDelayMaxMs), hint: "longest stall" },
        {
          name: "CPU",
          value: worst === null ? ABSENT : percent(worst.cpuRatio),
          hint: "of a core",
        },
        { name: "Unsent", value: worst === null ? ABSENT : percent(worst.unsentRatio) },
        { name: "Memory", value: worst === null ? ABSENT : bytes(worst.rssBytes) },
        { name: "Sockets", value: worst === null ? ABSENT : count(worst.openSockets) },
      ]}
    />
  );
}
