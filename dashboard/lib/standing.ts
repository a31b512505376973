import { HEARTBEAT_LIMIT_MS } from "#harness/store/cut-off.ts";
import type { RunRow } from "#harness/store/rows.ts";

/** How a fact is coloured; a word and an icon always stand beside the colour. */
export type Tone = "good" | "bad" | "warn" | "busy" | "idle";

export interface Standing {
  readonly word: "PASS" | "FAIL" | "INVALID" | "STOPPED" | "CUT OFF" | "RUNNING";
  readonly tone: Tone;
}

/** Whether a run goes on; one that fell silent does not, whatever it last wrote. */
export function isRunning(run: RunRow, nowMs: number): boolean {
  return run.state === "running" && nowMs - run.heartbeatAtMs <= HEARTBEAT_LIMIT_MS;
}

/** The one word that stands for a run. */
export function standingOf(run: RunRow, nowMs: number): Standing {
  if (isRunning(run, nowMs)) return { word: "RUNNING", tone: "busy" };
  const { verdict } = run;
  switch (verdict) {
    case "passed":
      return { word: "PASS", tone: "good" };
    case "failed":
      return { word: "FAIL", tone: "bad" };
    case "invalid":
      return { word: "INVALID", tone: "warn" };
    case "interrupted":
      return { word: "STOPPED", tone: "idle" };
    case "cut-off":
    case null:
      return { word: "CUT OFF", tone: "warn" };
    default:
      return verdict satisfies never;
  }
}

/** Why the run stands as it does. */
export function reasonOf(run: RunRow, nowMs: number): string {
  if (run.reason !== "") return run.reason;
  if (isRunning(run, nowMs)) return "still measuring";
  return run.state === "running" ? "no sign of life for over a minute" : "no reason was recorded";
}
