import { describe, expect, test } from "vitest";
import type { Finding } from "./check.ts";
import { judgeQueues } from "./machine/accept-queue.ts";
import { finestStepMs, judgeClock } from "./machine/clock-resolution.ts";
import { judgeDisk } from "./machine/disk-space.ts";
import { judgeMemory } from "./machine/memory.ts";
import { judgeNode } from "./machine/node-version.ts";
import { judgeFiles } from "./machine/open-files.ts";
import { judgeProcessor, parseQuota } from "./machine/processor.ts";
import { judgeSleeps } from "./machine/sleep-error.ts";
import { judgeAnswer } from "./machine/store-engine.ts";
import { judgeHook } from "./target/access-hook.ts";
import { judgeCaps } from "./target/broker-settings.ts";
import { judgeFeatures } from "./target/features.ts";
import { judgeLimits } from "./target/mqtt-limits.ts";
import { judgeLimit } from "./target/rate-limit.ts";
import { judgeVersion } from "./target/rest-root.ts";
import { judgeClocks } from "./target/wall-clock.ts";

const MB = 1024 * 1024;
const NOON = Date.parse("2026-11-24T12:00:00.500Z");
const stated = { receiveMaximum: 65_535, maximumQos: 2, maximumPacketBytes: 1_000_000 };
const limits = (change: object) => ({ ...stated, ...change }) as Parameters<typeof judgeLimits>[0];

const flags = (dataPipe: boolean, metrics: boolean) => ({
  feature_flags: {
    pu_ff_datapipe_enable: dataPipe,
    pu_ff_datapipe_default_last_value_enable: true,
    pu_ff_prometheus_enable: metrics,
    pu_ff_grafana_integration_enable: false,
    pu_ff_telegram_bot_enable: false,
  },
});

describe("a finding", () => {
  test.each<[string, Finding, Finding["outcome"], RegExp]>([
    ["an old Node", judgeNode("20.18.9"), "fail", /nodejs\.org/],
    ["the oldest Node that will do", judgeNode("20.19.0"), "ok", /^$/],
    ["a newer Node", judgeNode("24.1.0"), "ok", /^$/],
    ["half a core", judgeProcessor(8, 0.5, 0), "fail", /docker update --cpus/],
    ["one core", judgeProcessor(1, undefined, 0), "warn", /more cores/],
    ["busy cores", judgeProcessor(2, undefined, 3.2), "warn", /top/],
    ["idle cores", judgeProcessor(4, undefined, 0.3), "ok", /^$/],
    ["memory for half", judgeMemory(300 * MB, 10_000, false), "warn", /max-units/],
    ["hardly any memory", judgeMemory(100 * MB, 10_000, true), "fail", /max-units/],
    ["memory to spare", judgeMemory(4000 * MB, 10_000, true), "ok", /^$/],
    ["too few files", judgeFiles(1024, 1000), "fail", /--nofile=1400:1400 && ulimit -n 1400/],
    ["just enough files", judgeFiles(1400, 1000), "ok", /^$/],
    ["an unknown limit of files", judgeFiles(undefined, 1000), "skipped", /^$/],
    ["short queues", judgeQueues(128, 2048), "warn", /^sudo sysctl -w net\.core\.somaxconn=4096$/],
    ["long queues", judgeQueues(4096, 2048), "ok", /^$/],
    ["a clock in milliseconds", judgeClock(1), "warn", /clocksource/],
    ["a clock that stands still", judgeClock(Infinity), "fail", /clocksource/],
    ["a fine clock", judgeClock(0.0001), "ok", /^$/],
    ["late sleeps", judgeSleeps([0.1, 0.1, 3, 3]), "warn", /cpupower/],
    ["very late sleeps", judgeSleeps(Array.from({ length: 9 }, () => 40)), "fail", /cpupower/],
    ["sleeps in time", judgeSleeps([0.05, 0.1, 0.2]), "ok", /^$/],
    ["a full disk", judgeDisk(20 * MB, "/x"), "fail", /LOADSTONE_DATA/],
    ["a filling disk", judgeDisk(900 * MB, "/x"), "warn", /--data/],
    ["an empty disk", judgeDisk(9000 * MB, "/x"), "ok", /^$/],
    ["a closed ClickHouse", judgeAnswer("http://c", 403, "no", ""), "fail", /PASSWORD/],
    ["an old ClickHouse", judgeAnswer("http://c", 200, "24.3.1", ""), "warn", /newer/],
    ["a ClickHouse", judgeAnswer("http://c", 200, "26.7.1.2", ""), "ok", /^$/],
    ["a broker without QoS 1", judgeLimits(limits({ maximumQos: 0 })), "fail", /max_qos/],
    [
      "a broker of tiny packets",
      judgeLimits(limits({ maximumPacketBytes: 64 })),
      "fail",
      /max_packet/,
    ],
    ["a broker as they are", judgeLimits(limits({ receiveMaximum: 32 })), "ok", /^$/],
    ["an older instance", judgeVersion("one", "1.1.9", 3), "warn", /update/],
    ["an instance to come", judgeVersion("one", "2.0.0", 3), "warn", /update/],
    ["an instance", judgeVersion("one", "1.2.0", 3), "ok", /^$/],
    ["a limiter", judgeLimit(15), "warn", /5291/],
    ["no limiter", judgeLimit(18), "ok", /^$/],
    ["no DataPipe", judgeFeatures(flags(false, true)), "warn", /PU_FF_DATAPIPE_ENABLE/],
    ["no metrics", judgeFeatures(flags(true, false)), "warn", /PU_FF_PROMETHEUS_ENABLE/],
    ["all features", judgeFeatures(flags(true, true)), "ok", /^$/],
    ["room for fewer Units", judgeCaps({ max_connections: 500 }, 501), "fail", /MAX_CLIENTS=501/],
    ["room for all Units", judgeCaps({ max_conn_rate: "20/s" }, 501), "ok", /^$/],
    ["a quick hook", judgeHook(40), "ok", /^$/],
    ["a slow hook", judgeHook(41), "warn", /PU_LINK/],
    ["a hook that hardly answers", judgeHook(4000), "fail", /PU_LINK/],
    ["clocks apart", judgeClocks("Tue, 24 Nov 2026 12:01:00 GMT", NOON), "warn", /set-ntp/],
    ["clocks together", judgeClocks("Tue, 24 Nov 2026 12:00:01 GMT", NOON), "ok", /^$/],
    ["no clock to compare", judgeClocks("", NOON), "skipped", /^$/],
  ])("on %s is %o: %s", (_what, finding, outcome, fix) => {
    expect(finding.outcome).toBe(outcome);
    expect(finding.fix ?? "").toMatch(fix);
    expect(finding.seen).not.toBe("");
  });

  test("on the limits of a broker tells those it stated", () => {
    const { seen } = judgeLimits(limits({ receiveMaximum: 32, serverKeepAliveSec: 30 }));
    expect(seen).toContain("unacknowledged 32");
    expect(seen).toContain("keepalive seconds by its order 30");
  });
});

describe("what the system tells", () => {
  test.each([
    ["150000 100000\n", 1.5],
    ["max 100000\n", undefined],
    ["", undefined],
  ])("a quota of %j is %s cores", (text, cores) => {
    expect(parseQuota(text)).toBe(cores);
  });

  test("the finest step of a clock is its smallest move", () => {
    let calls = 0;
    expect(finestStepMs(() => Math.floor(calls++ / 3) * 0.25)).toBe(0.25);
    expect(finestStepMs(() => 7)).toBe(Infinity);
  });
});
