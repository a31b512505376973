import { expect, test } from "vitest";
import type { Objective } from "#grader/contracts/objective.ts";
import type { ConnectOutcome } from "./connections.ts";
import { judgeLink } from "./link-verdict.ts";
import { type CanaryEnd, tallyUnits } from "./unit-tally.ts";

const connected = (index: number, tookMs = 50): ConnectOutcome => ({
  index,
  connected: true,
  tookMs,
  error: undefined,
});
const refused = (index: number): ConnectOutcome => ({
  index,
  connected: false,
  tookMs: 5,
  error: "connection-refused",
});

/** Four Units that do as they should, but for what is changed. */
const hold = (change: {
  outcomes?: ConnectOutcome[];
  closed?: number[];
  canaries?: Partial<Record<number, CanaryEnd>>;
}) => {
  const { outcomes = [0, 1, 2, 3].map((index) => connected(index)), closed = [] } = change;
  const away = new Set([...closed, ...outcomes.flatMap((o) => (o.connected ? [] : [o.index]))]);
  return tallyUnits({
    count: 4,
    outcomes,
    connectDeadlineMs: 2000,
    isOpen: (index) => !away.has(index),
    canary: (index) => change.canaries?.[index] ?? "good",
  });
};

test.each([
  { name: "all is well", change: {}, ends: { good: 4 } },
  {
    name: "Units were connected before and not again",
    change: { outcomes: [] },
    ends: { good: 4 },
  },
  {
    name: "one is refused, its partner has nobody to write to",
    change: {
      outcomes: [connected(0), refused(1), connected(2), connected(3)],
      canaries: { 0: "none", 1: "none" },
    },
    ends: { good: 3, errors: 1, refused: 1, classes: { "connection-refused": 1 } },
  },
  {
    name: "one is dropped, and what its partner wrote to it is lost with it",
    change: { closed: [3], canaries: { 2: "pending", 3: "good" } },
    ends: { good: 3, lost: 1, dropped: 1, classes: { dropped: 1 } },
  },
  {
    name: "canaries go wrong between Units that are there",
    change: { canaries: { 0: "late", 1: "lost", 2: "failed", 3: "unsent" } },
    ends: { late: 1, lost: 1, errors: 1, unsent: 1, refused: 0, dropped: 0 },
  },
  {
    name: "one connects too slowly",
    change: { outcomes: [connected(0, 2001)] },
    ends: { good: 3, late: 1, slow: 1 },
  },
  {
    name: "one is slow and its canary lost: it is bad for that, not for being slow",
    change: { outcomes: [connected(0, 2001)], canaries: { 0: "lost" } },
    ends: { good: 3, lost: 1, late: 0, slow: 0 },
  },
] as const)("each Unit is counted once when $name", ({ change, ends }) => {
  const tally = hold(change as Parameters<typeof hold>[0]);
  expect(tally).toMatchObject(ends);
  const { good, late, lost, errors, unsent, pending } = tally;
  expect(good + late + lost + errors + unsent + pending).toBe(4);
});

const objective: Objective = {
  axis: "link",
  deadlineMs: 1000,
  maxBadRatio: 0.01,
  maxLostRatio: 0.001,
  maxGrowthRatio: 0.01,
  growthSlack: 10,
};
const noFault = { holdFault: undefined, connectFault: undefined };
const connectFault = "the generator stalled for 900 ms while connecting";

test.each([
  { name: "all good", tally: hold({}), faults: noFault, verdict: "good" },
  {
    name: "slow connects",
    tally: hold({ outcomes: [connected(0, 2001)] }),
    faults: noFault,
    verdict: "bad",
  },
  {
    name: "connects that are slow because we stalled",
    tally: hold({ outcomes: [connected(0, 2001)] }),
    faults: { ...noFault, connectFault },
    verdict: "invalid",
  },
  {
    name: "all good although we stalled",
    tally: hold({}),
    faults: { ...noFault, connectFault },
    verdict: "good",
  },
  {
    name: "a refusal, which no stall excuses",
    tally: hold({ outcomes: [refused(0), connected(2, 2001)] }),
    faults: { ...noFault, connectFault },
    verdict: "bad",
  },
  {
    name: "a hold that we spoiled",
    tally: hold({ closed: [0] }),
    faults: { ...noFault, holdFault: "sends were late" },
    verdict: "invalid",
  },
])("a hold is $verdict with $name", ({ tally, faults, verdict }) => {
  expect(judgeLink(4, tally, objective, faults)).toMatchObject({
    verdict,
    hard: verdict === "bad",
  });
});

test("a bad hold names what went wrong", () => {
  const tally = hold({ outcomes: [refused(0), connected(2, 2001)], closed: [3] });
  expect(judgeLink(4, tally, objective, noFault).reason).toBe(
    "of 4 Units 1 refused (connection-refused), 1 connected too slowly, 1 dropped",
  );
});
