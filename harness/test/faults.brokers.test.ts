import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BACK_OFFS } from "../axes/back-off.ts";
import type { Fault } from "../scenario/run-schema.ts";
import { endsOf, runFixed } from "./fixed-run.ts";
import { type Mosquitto, startMosquitto } from "../transport/mqtt/mosquitto.suite.ts";

let broker: Mosquitto;
beforeEach(async () => {
  broker = await startMosquitto();
});
afterEach(() => broker.stop());

const within = 60_000;
const common = { reconnect: BACK_OFFS.micropython, units: 40 } as const;

/** A fault on a real mosquitto; the schedule kept and every message accounted for. */
async function disturbed(fault: Fault, durationMs: number) {
  const plan = { ...common, durationMs, keepAliveSec: 2, faults: [fault] };
  await using running = await runFixed(broker.port, plan);
  const { report } = await running.run;
  expect(report.delivery.intended).toBe(durationMs / 5);
  expect(endsOf(report)).toBe(report.delivery.intended);
  expect(report.sessions).toMatchObject({ closedByTarget: 0, away: 0 });
  return { report, seen: report.faults[0] };
}

describe("a real mosquitto", () => {
  test("takes a storm of everybody at once", async () => {
    const fault = { at: 2000, share: 1, reconnect: "at-once", within } as const;
    const { report, seen } = await disturbed({ kind: "reconnect-storm", ...fault }, 10_000);
    expect(seen).toMatchObject({ verdict: "recovered", planned: 40, observed: 40 });
    expect(report.sessions).toMatchObject({ closedByPlan: 40, reconnects: 40 });
  });

  test("closes the first of two sessions of one client", async () => {
    const { seen } = await disturbed(
      { kind: "session-takeover", at: 2000, share: 0.25, within },
      10_000,
    );
    expect(seen).toMatchObject({ verdict: "recovered", planned: 10, observed: 10 });
    expect(seen?.closes).toEqual({ "taken-over": 10 });
  });

  test("times out Units that fell silent, by their keepalive", async () => {
    const { seen } = await disturbed(
      { kind: "half-open", at: 2000, share: 0.2, for: 20_000, within },
      30_000,
    );
    expect(seen).toMatchObject({ verdict: "recovered", planned: 8, observed: 8 });
    expect(seen?.closes).toEqual({ "timed-out-by-broker": 8 });
    // One and a half keepalives are three seconds.
    expect(seen?.reconnectedMs).toBeGreaterThan(3000);
  });

  test("keeps what a slow consumer does not read", async () => {
    const { seen } = await disturbed(
      { kind: "slow-consumer", at: 2000, share: 0.1, for: 5000, within },
      12_000,
    );
    expect(seen).toMatchObject({ verdict: "recovered", planned: 4, observed: 4 });
    expect(seen?.recoveredMs).toBeGreaterThan(4000);
  });

  test("may be killed and started again in mid-run: everybody comes back", async () => {
    const faults: Fault[] = [{ kind: "broker-restart", at: 1000, within }];
    await using running = await runFixed(broker.port, { ...common, durationMs: 20_000, faults });
    await running.reached(3000);
    await broker.kill();
    await running.reached(5000);
    await broker.start();
    const { report } = await running.run;
    // The schedule is kept while nobody is there to take it.
    expect(report.delivery.intended).toBe(4000);
    expect(endsOf(report)).toBe(4000);
    expect(report.windows).toHaveLength(2);
    expect(report.sessions).toMatchObject({ closedByTarget: 40, reconnects: 40, away: 0 });
    expect(report.sessions?.connectErrors).toMatchObject({ refused: expect.any(Number) });
    expect(report.unsentByClass["disconnected"]).toBeGreaterThan(100);
    expect(report.unsentByClass).not.toHaveProperty("planned-fault");
    expect(report.faults[0]).toMatchObject({ verdict: "recovered", planned: 40, observed: 40 });
    expect(report.faults[0]?.reconnectedMs).toBeGreaterThan(1000);
    expect(report.delivery.delivered).toBeGreaterThan(2000);
  });
});
