import type { FixedRunReport } from "../contracts/fixed-run.ts";

/** What to do next, most useful first. */
export function fixedAdvice(report: Omit<FixedRunReport, "advice">): string[] {
  const { run, generator, unsentByClass, faults } = report;
  const target =
    run.target.kind === "broker" ? `--broker ${run.target.url}` : `--instance ${run.target.url}`;
  const advice: string[] = [];
  if (generator.invalidWindows > 0) {
    advice.push(
      "The generator was the limit in some windows: lower --load, or run it where nothing else does.",
    );
  }
  if ((unsentByClass["back-pressure"] ?? 0) > 0) {
    advice.push(
      "Units were held back by the target: more --units spread the same load over more sessions.",
    );
  }
  if ((unsentByClass["disconnected"] ?? 0) > 0) {
    advice.push("Sessions were closed by the target: look at its log and its connection limits.");
  }
  if (faults.some(({ verdict }) => verdict === "not-seen")) {
    advice.push("A planned fault was not seen: restart the broker while the run waits for it.");
  }
  if (faults.some(({ verdict }) => verdict === "not-recovered" || verdict === "too-slow")) {
    advice.push(
      "Recovery took too long: a higher --connect-rate, or a shorter back-off with --reconnect, " +
        "shows whether the target or the Units were slow.",
    );
  }
  if (run.verdict === "failed" || run.verdict === "passed") {
    advice.push(`How much it holds: loadstone grade ${target}`);
  }
  return advice;
}
