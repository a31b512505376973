import type { Objective } from "#grader/contracts/objective.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import { type Judgement, judgeWindow } from "../engine/verdict.ts";
import { describeConnectFailure } from "./connect-failure.ts";
import type { UnitTally } from "./unit-tally.ts";

/** What the generator did wrong, if anything. */
export interface LinkFaults {
  readonly holdFault: string | undefined;
  /** Excuses slow connects, and nothing else. */
  readonly connectFault: string | undefined;
}

const invalid = (reason: string) => ({ verdict: "invalid", reason, hard: false }) as const;

/** Whether a hold of `units` met its objective. */
export function judgeLink(
  units: number,
  tally: UnitTally,
  objective: Objective,
  { holdFault, connectFault }: LinkFaults,
): Pick<Trial, "verdict" | "reason" | "hard"> {
  if (holdFault !== undefined) return invalid(holdFault);
  const judged = judge(units, tally, tally.good, objective);
  if (judged.verdict === "good") {
    const reason = `${units} Units connected, alive and answered in time`;
    return { verdict: "good", reason, hard: false };
  }
  const hadTheyBeenFast = judge(units, tally, tally.good + tally.slow, objective);
  if (connectFault !== undefined && hadTheyBeenFast.verdict === "good") {
    return invalid(connectFault);
  }
  const { verdict } = judged;
  return { verdict, reason: reasonOf(units, tally, judged), hard: verdict === "bad" };
}

const judge = (units: number, tally: UnitTally, good: number, objective: Objective): Judgement =>
  judgeWindow(
    {
      planned: units,
      bad: units - good,
      lost: tally.lost,
      errors: tally.errors + tally.unsent,
      growth: 0,
    },
    objective,
    false,
  );

function reasonOf(units: number, tally: UnitTally, judged: Judgement): string {
  const { refused, slow, dropped } = tally;
  const [why] = Object.keys(tally.classes).filter((name) => name !== "dropped");
  const parts = [
    refused > 0 ? `${refused} refused (${describeConnectFailure(why ?? "refused")})` : "",
    slow > 0 ? `${slow} connected too slowly` : "",
    dropped > 0 ? `${dropped} dropped` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? judged.reason : `of ${units} Units ${parts.join(", ")}`;
}
