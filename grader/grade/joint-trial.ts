import { AXES, AXIS_IDS, type AxisId } from "../contracts/axis.ts";
import type { Trial, TrialPart } from "../contracts/trial.ts";
import { unitsOf } from "./reference-unit.ts";
import { worstHealth } from "./tally.ts";

/** One axis' trial of a joint window: the same window, driven and judged for that axis alone. */
export type Share = Trial & { readonly axis: AxisId };

const COUNTS = [
  "planned",
  "intended",
  "sent",
  "acknowledged",
  "good",
  "late",
  "lost",
  "errors",
  "unsent",
  "pending",
  "duplicated",
  "reordered",
  "inFlightStart",
  "inFlightEnd",
] as const satisfies readonly (keyof Trial)[];

/**
 * One window of all axes as one trial at `units` reference Units: good if every share is, invalid
 * if the generator spoiled any. A share without a message due had nothing to say.
 */
export function jointTrial(units: number, shares: readonly Share[]): Trial {
  const [first] = shares;
  if (first === undefined) throw new RangeError("a joint window needs at least one share");
  // Units held are no messages: they are told apart, in their part.
  const messages = shares.filter(({ axis }) => axis !== "link");
  const sum = (key: (typeof COUNTS)[number]) => messages.reduce((all, one) => all + one[key], 0);
  const counts = Object.fromEntries(COUNTS.map((key) => [key, sum(key)])) as Pick<
    Trial,
    (typeof COUNTS)[number]
  >;
  const decisive = decisiveOf(shares);
  const { latencyMs: _latency, serviceMs: _service, sampled: _sampled, ...lead } = first;
  return {
    ...lead,
    axis: "joint",
    load: units,
    ...counts,
    startedAtMs: Math.min(...shares.map((share) => share.startedAtMs)),
    measuredMs: Math.max(...messages.map((share) => share.measuredMs)),
    stepElapsedMs: Math.max(...shares.map((share) => share.stepElapsedMs)),
    stepHarmSec: Math.max(...shares.map((share) => share.stepHarmSec ?? 0)),
    deliveredPerSec: servedUnits(messages),
    errorClasses: mergedClasses(shares),
    curtailed: shares.some((share) => share.curtailed),
    hard: shares.some((share) => share.hard && share.verdict !== "good"),
    verdict: decisive.verdict,
    reason: reasonOf(decisive, shares.length),
    health: worstHealth(shares) ?? first.health,
    parts: inOrder(shares).map(partOf),
  };
}

const isSilent = ({ planned }: Share): boolean => planned === 0;

/** The share that decides: one the generator spoiled, else the worst of those that missed. */
function decisiveOf(shares: readonly Share[]): Share {
  const heard = inOrder(shares).filter((share) => !isSilent(share));
  const spoiled = heard.find(({ verdict }) => verdict === "invalid");
  const missed = heard
    .filter(({ verdict }) => verdict === "bad")
    .toSorted((a, b) => Number(b.hard) - Number(a.hard) || badRatio(b) - badRatio(a));
  const [any] = heard.length === 0 ? shares : heard;
  const decisive = spoiled ?? missed[0] ?? any;
  if (decisive === undefined) throw new RangeError("a joint window needs at least one share");
  return decisive;
}

const badRatio = (t: Share): number =>
  (t.late + t.lost + t.errors + t.unsent + t.pending) / Math.max(1, t.planned);

const reasonOf = ({ axis, verdict, reason }: Share, shares: number): string =>
  verdict === "good" ? `all ${shares} axes met their objectives` : `${AXES[axis].title}: ${reason}`;

/** Reference Units served a second's worth of, on the axis that was served least. */
function servedUnits(messages: readonly Share[]): number {
  const heard = messages.filter((share) => !isSilent(share));
  if (heard.length === 0) return 0;
  return Math.min(...heard.map(({ axis, deliveredPerSec }) => unitsOf(axis, deliveredPerSec)));
}

function mergedClasses(shares: readonly Share[]): Trial["errorClasses"] {
  const merged: Record<string, number> = {};
  for (const { errorClasses } of shares) {
    for (const [name, many] of Object.entries(errorClasses)) {
      merged[name] = (merged[name] ?? 0) + many;
    }
  }
  return merged;
}

function inOrder(shares: readonly Share[]): readonly Share[] {
  return shares.toSorted((a, b) => AXIS_IDS.indexOf(a.axis) - AXIS_IDS.indexOf(b.axis));
}

function partOf(share: Share): TrialPart {
  const { latencyMs } = share;
  return {
    axis: share.axis,
    load: share.load,
    planned: share.planned,
    intended: share.intended,
    sent: share.sent,
    acknowledged: share.acknowledged,
    good: share.good,
    late: share.late,
    lost: share.lost,
    errors: share.errors,
    unsent: share.unsent,
    pending: share.pending,
    duplicated: share.duplicated,
    reordered: share.reordered,
    deliveredPerSec: share.deliveredPerSec,
    ...(latencyMs === undefined ? {} : { latencyMs }),
    // Nothing was due, so nothing was missed.
    verdict: isSilent(share) ? "good" : share.verdict,
    reason: isSilent(share) ? "no message was due" : share.reason,
  };
}
