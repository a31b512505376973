import type { Observation, Step, WindowOutcome } from "../step.ts";
import type { Flow, VirtualTarget, Watch } from "./virtual-target.ts";

// The rules of the good window and of curtailment (grading method, 2.1 and 2.2).
const MAX_BAD_RATIO = 0.01;
const MAX_GROWTH_RATIO = 0.01;
const GROWTH_SLACK = 10;
const OVERLOADED_SHARE = 0.5;
const LOOK_AFTER_VERDICT_SEC = 1;
const HARD_DROP_RATIO = 0.05;
const HARD_UNCURTAILED_RATIO = 0.2;
const DRAINED_SHARE = 0.02;
const POLL_SEC = 0.5;

type LoadStep = Extract<Step, { kind: "load" }>;
type LoadSeen = Extract<Observation, { kind: "load" }>;
type DrainStep = Extract<Step, { kind: "drain" }>;

/** Whether a window was spoiled by the generator. */
export type Spoils = () => boolean;

/** Answers steps as a real measurer would, in no time, from a virtual target. */
export function createVirtualMeasurer(
  target: VirtualTarget,
  spoils: Spoils = () => false,
): (step: Step) => Observation {
  return (step) => {
    if (step.kind === "drain") return drain(target, step);
    // Other axes have their turn; this one stands still and cools.
    if (step.awayMs !== undefined) target.run(0, step.awayMs / 1000);
    return afterJudging(target, offer(target, step, spoils));
  };
}

/** Waits, without load, until what became of the step's messages is known. */
function afterJudging(target: VirtualTarget, seen: LoadSeen): LoadSeen {
  const { judgeSec } = target.model;
  if (judgeSec === 0) return seen;
  target.run(0, judgeSec);
  return { ...seen, elapsedMs: seen.elapsedMs + judgeSec * 1000 };
}

/** Share bad and growth over the last half second. */
function halfSeconds(target: VirtualTarget) {
  let before = { offered: 0, bad: 0, backlog: target.backlog() };
  return (now: Parameters<Watch>[0]): { readonly badShare: number; readonly growing: boolean } => {
    const offered = now.offered - before.offered;
    const badShare = offered > 0 ? (now.bad - before.bad) / offered : 0;
    const growing = now.backlog > before.backlog;
    before = now;
    return { badShare, growing };
  };
}

function offer(target: VirtualTarget, step: LoadStep, spoils: Spoils): LoadSeen {
  let elapsedSec = 0;
  let harmSec = 0;
  const add = (flow: Flow): void => {
    elapsedSec += flow.elapsedSec;
    harmSec += flow.harmSec;
  };
  const done = (windows: readonly WindowOutcome[]): LoadSeen => ({
    kind: "load",
    windows,
    elapsedMs: Math.round(elapsedSec * 1000),
    harmSec,
  });

  if (step.settleMs > 0) {
    const { flow, overloaded } = settle(target, step);
    add(flow);
    if (overloaded) return done([outcome(flow, { good: false, hard: true, growthRatio: 1 })]);
  }
  const windows: WindowOutcome[] = [];
  while (windows.length < step.windows) {
    const { flow, verdict } = observe(target, step);
    add(flow);
    windows.push({ ...outcome(flow, verdict), valid: !spoils() });
    if (verdict.hard) break;
  }
  return done(windows);
}

/** Load that is not judged, but ends as hard when the target is plainly overloaded. */
function settle(target: VirtualTarget, step: LoadStep): { flow: Flow; overloaded: boolean } {
  const look = halfSeconds(target);
  let run = 0;
  let overloaded = false;
  const watch: Watch = (now) => {
    const { badShare, growing } = look(now);
    run = badShare > OVERLOADED_SHARE && growing ? run + 1 : 0;
    overloaded = run >= 2;
    return overloaded;
  };
  const flow = target.run(step.load, step.settleMs / 1000, step.curtail ? watch : undefined);
  return { flow, overloaded };
}

interface Judged {
  readonly good: boolean;
  readonly hard: boolean;
  readonly growthRatio: number;
}

function observe(target: VirtualTarget, step: LoadStep): { flow: Flow; verdict: Judged } {
  const durationSec = step.windowMs / 1000;
  const allowedBad = MAX_BAD_RATIO * step.load * durationSec;
  const look = halfSeconds(target);
  let fixedAtSec: number | undefined;
  let hard = false;
  let cut = false;
  const watch: Watch = (now) => {
    const { badShare, growing } = look(now);
    if (now.bad > allowedBad) fixedAtSec ??= now.elapsedSec;
    if (fixedAtSec === undefined) return false;
    // The verdict stands; look a little longer to tell an overload from a stall that drains.
    hard = badShare > OVERLOADED_SHARE && growing && now.elapsedSec > fixedAtSec;
    cut = hard || now.elapsedSec >= fixedAtSec + LOOK_AFTER_VERDICT_SEC;
    return cut;
  };
  const inFlight = target.backlog();
  const flow = target.run(step.load, durationSec, step.curtail ? watch : undefined);
  const growth = target.backlog() - inFlight;
  const sent = Math.max(1, flow.offered);
  if (!step.curtail) hard = flow.bad / sent > HARD_UNCURTAILED_RATIO;
  else if (flow.dropped > HARD_DROP_RATIO * sent) hard = true;
  const grew = step.growthRule && growth > Math.max(MAX_GROWTH_RATIO * flow.offered, GROWTH_SLACK);
  const good = !cut && flow.bad / sent <= MAX_BAD_RATIO && !grew;
  return { flow, verdict: { good, hard, growthRatio: growth / sent } };
}

const outcome = (flow: Flow, judged: Judged): WindowOutcome => ({
  ...judged,
  valid: true,
  badRatio: flow.bad / Math.max(1, flow.offered),
  deliveredPerSec: flow.served / flow.elapsedSec,
  measuredMs: Math.round(flow.elapsedSec * 1000),
});

function drain(target: VirtualTarget, { quietMs, maxMs }: DrainStep): Observation {
  const { ratePerSec, deadlineSec } = target.model;
  const empty = DRAINED_SHARE * ratePerSec * Math.min(1, deadlineSec);
  let waitedMs = 0;
  while (target.backlog() > empty && waitedMs < maxMs) {
    target.run(0, POLL_SEC);
    waitedMs += POLL_SEC * 1000;
  }
  const drained = target.backlog() <= empty;
  if (drained && quietMs > 0) target.run(0, quietMs / 1000);
  return { kind: "drain", drained, elapsedMs: waitedMs + (drained ? quietMs : 0) };
}
