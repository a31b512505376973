import { describe, expect, test } from "vitest";
import type { Trial } from "../contracts/trial.ts";
import { measured } from "../grade/axis-result.suite.ts";
import { withPolicy } from "./policy.ts";

const HEALTH: Trial["health"] = {
  latenessP50Ms: 0,
  latenessP99Ms: 0,
  latenessP999Ms: 0,
  unsentRatio: 0,
  loopDelayMaxMs: 0,
  cpuRatio: 0,
  rssBytes: 0,
  openSockets: 0,
};

/** A window in which so many of 100 failed. */
const trial = (changes: Partial<Trial>): Trial => ({
  runId: "r",
  axis: "api",
  index: 0,
  step: 0,
  phase: "wave",
  load: 10,
  startedAtMs: 0,
  measuredMs: 10_000,
  stepElapsedMs: 10_000,
  planned: 100,
  intended: 100,
  sent: 100,
  acknowledged: 0,
  good: 100 - (changes.errors ?? 0) - (changes.late ?? 0),
  late: 0,
  lost: 0,
  errors: 0,
  unsent: 0,
  pending: 0,
  duplicated: 0,
  reordered: 0,
  inFlightStart: 0,
  inFlightEnd: 0,
  deliveredPerSec: 10,
  errorClasses: {},
  curtailed: false,
  hard: false,
  verdict: "bad",
  reason: "40 % failed",
  health: HEALTH,
  ...changes,
});

const found = measured("api", 1000);

describe("an axis is limited by policy", () => {
  test("where most misses are requests that the proxy turned away", () => {
    const trials = [
      trial({ errors: 40, errorClasses: { "http-429": 40 } }),
      trial({ errors: 10, late: 5, errorClasses: { "http-429": 8, timeout: 2 } }),
    ];
    expect(withPolicy(found, trials)).toMatchObject({
      limitedBy: "policy",
      flags: ["policy-limited"],
      capacity: found.capacity,
      reason: `${found.reason} It was stopped by the proxy's request limit (HTTP 429): 48 of 55 misses.`,
    });
  });

  test("where a broker has as many clients as it takes by default", () => {
    const full = { axis: "link", good: 9997, errors: 500, planned: 10_497 } as const;
    const trials = [trial({ ...full, errorClasses: { "closed-by-broker": 480, reset: 20 } })];
    const { limitedBy, reason } = withPolicy(measured("link", 9997), trials);
    expect(limitedBy).toBe("policy");
    expect(reason).toContain("max_connections");
  });
});

describe("an axis is limited by the target", () => {
  const RESOURCE: readonly (readonly [string, Trial])[] = [
    ["is late", trial({ late: 40 })],
    ["fails by itself", trial({ errors: 40, errorClasses: { "http-503": 40 } })],
    ["mostly fails by itself", trial({ late: 40, errors: 3, errorClasses: { "http-429": 3 } })],
    [
      "closes sessions long before that",
      trial({ axis: "link", good: 600, errors: 200, errorClasses: { "closed-by-broker": 200 } }),
    ],
    ["held those windows", trial({ errors: 1, errorClasses: { "http-429": 1 }, verdict: "good" })],
  ];

  test.each(RESOURCE)("where it %s", (_why, one) => {
    expect(withPolicy(found, [one])).toBe(found);
  });

  test("no more than what the plan or the generator ended already", () => {
    const planned = measured("api", 1000, { limitedBy: null });
    const trials = [trial({ errors: 40, errorClasses: { "http-429": 40 } })];
    expect(withPolicy(planned, trials)).toBe(planned);
  });
});
