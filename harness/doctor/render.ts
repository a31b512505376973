import { count } from "#reports/render/format.ts";
import { evenSpaces, harmless, padEnd, paintOf } from "#reports/render/paint.ts";
import type { CheckResult, Diagnosis } from "./diagnosis.ts";

const TITLE_COLUMNS = 18;

const HEADS: Readonly<Record<CheckResult["about"], string>> = {
  machine: "This machine",
  broker: "The broker",
  instance: "The instance",
};

/** The checklist for people. */
export function renderDiagnosis(diagnosis: Diagnosis, color: boolean): string {
  const paint = paintOf(color);
  const tones = { ok: paint.good, warn: paint.warn, fail: paint.bad, skipped: paint.dim };
  const lines: string[] = [];
  let head: CheckResult["about"] | undefined;
  for (const { about, outcome, title, seen, needed, fix } of diagnosis.checks) {
    if (about !== head) {
      head = about;
      const of =
        about === "machine"
          ? `, for ${count(diagnosis.units)} Units`
          : ` ${diagnosis.target ?? ""}`;
      lines.push(...(lines.length === 0 ? [] : [""]), paint.bold(`${HEADS[about]}${of}`));
    }
    const word = tones[outcome](padEnd(outcome, 8));
    lines.push(`  ${word} ${padEnd(title, TITLE_COLUMNS)} ${harmless(seen)}`);
    if (outcome === "ok" || outcome === "skipped") continue;
    const under = " ".repeat(TITLE_COLUMNS + 12);
    if (needed !== undefined) lines.push(`${under}${paint.dim(`needed: ${needed}`)}`);
    if (fix !== undefined) lines.push(`${under}fix: ${harmless(fix)}`);
  }
  return evenSpaces(`${lines.join("\n")}\n\n${verdictOf(diagnosis)}\n`);
}

function verdictOf({ checks }: Diagnosis): string {
  const countOf = (outcome: CheckResult["outcome"]) =>
    checks.filter((check) => check.outcome === outcome).length;
  const failed = countOf("fail");
  const warned = countOf("warn");
  if (failed > 0) return `${failed} of ${checks.length} checks failed: a run would not work.`;
  if (warned > 0) return `Everything works; ${warned} of ${checks.length} could be better.`;
  return "Everything works.";
}
