import { afterEach, describe, expect, test } from "vitest";
import type { FaultResult } from "#grader/contracts/fixed-run.ts";
import { BACK_OFFS } from "../../axes/back-off.ts";
import type { Fault } from "../../scenario/run-schema.ts";
import { endsOf, runFixed } from "../fixed-run.ts";
import { startAedes } from "../../transport/mqtt/aedes.suite.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A broker in this process, and a way to cut its clients off. */
async function startBroker() {
  const broker = await startAedes();
  closing.push(broker.stop);
  return broker;
}

/** Quick to come back, so that a test needs not wait. */
const reconnect = BACK_OFFS.micropython;
const within = 20_000;

async function disturbed(fault: Fault, durationMs: number) {
  const { port } = await startBroker();
  await using running = await runFixed(port, {
    durationMs,
    reconnect,
    keepAliveSec: 1,
    faults: [fault],
  });
  const { report, error } = await running.run;
  expect(error).toBeUndefined();
  // The schedule is kept whatever happens, and every message has an end.
  expect(report.delivery.intended).toBe(durationMs / 5);
  expect(endsOf(report)).toBe(report.delivery.intended);
  const [seen] = report.faults;
  if (seen === undefined) throw new Error("no fault");
  return { report, seen };
}

const recovered: Partial<FaultResult> = { verdict: "recovered", recoveredMs: expect.any(Number) };

describe("a planned fault", () => {
  test("reconnect-storm drops its share, and everybody comes back", async () => {
    const fault = { at: 1000, share: 0.5, reconnect: "at-once", within } as const;
    const { report, seen } = await disturbed({ kind: "reconnect-storm", ...fault }, 5000);
    expect(seen).toMatchObject({ ...recovered, planned: 10, observed: 10 });
    expect(seen.closes).toEqual({ "dropped-by-plan": 10 });
    expect(report.sessions).toMatchObject({
      closedByTarget: 0,
      closedByPlan: 10,
      reconnects: 10,
      away: 0,
    });
    expect(Object.keys(report.unsentByClass)).not.toContain("disconnected");
  });

  test("reconnect-storm with back-off keeps Units away for as long as devices stay", async () => {
    const fault = { at: 1000, share: 1, reconnect: "back-off", within } as const;
    const { report, seen } = await disturbed({ kind: "reconnect-storm", ...fault }, 6000);
    expect(seen).toMatchObject({ ...recovered, planned: 20, observed: 20 });
    expect(seen.reconnectedMs).toBeGreaterThanOrEqual(250);
    expect(report.unsentByClass["planned-fault"]).toBeGreaterThan(20);
  });

  test("half-open is noticed by the broker's keepalive", async () => {
    const { report, seen } = await disturbed(
      { kind: "half-open", at: 1000, share: 0.2, within },
      8000,
    );
    expect(seen).toMatchObject({ ...recovered, planned: 4, observed: 4 });
    expect(seen.closes).toEqual({ "timed-out-by-broker": 4 });
    expect(report.unsentByClass["planned-fault"]).toBeGreaterThan(0);
    expect(report.sessions).toMatchObject({ closedByTarget: 0, away: 0 });
  });

  test("slow-consumer makes what is meant for it late, and loses none of it", async () => {
    const { report, seen } = await disturbed(
      { kind: "slow-consumer", at: 1000, share: 0.1, for: 2000, within },
      6000,
    );
    expect(seen).toMatchObject({ ...recovered, planned: 2, observed: 2 });
    expect(report.delivery).toMatchObject({ lost: 0, unsent: 0, intended: 1200 });
    expect(report.late).toBeGreaterThan(0);
    expect(report.latencyMs?.max).toBeGreaterThan(1500);
  });

  test("session-takeover is told to the first session, and the stream goes on", async () => {
    const { report, seen } = await disturbed(
      { kind: "session-takeover", at: 1000, share: 0.25, within },
      5000,
    );
    expect(seen).toMatchObject({ ...recovered, planned: 5, observed: 5 });
    expect(seen.closes).toEqual({ "taken-over": 5 });
    expect(report.delivery.duplicated).toBe(0);
    expect(report.sessions).toMatchObject({ closedByTarget: 0, away: 0 });
  });
});

describe("sessions the target closes", () => {
  test("come back by themselves, and what could not be sent meanwhile is the target's doing", async () => {
    const { port, cut } = await startBroker();
    await using running = await runFixed(port, { durationMs: 5000, reconnect });
    await running.reached(1000);
    cut();
    const { report } = await running.run;
    expect(report.delivery.intended).toBe(1000);
    expect(endsOf(report)).toBe(1000);
    expect(report.sessions).toMatchObject({ closedByTarget: 20, reconnects: 20, away: 0 });
    expect(report.unsentByClass["disconnected"]).toBeGreaterThan(0);
    expect(report.unsentByClass).not.toHaveProperty("planned-fault");
    expect(report.delivery.delivered).toBeGreaterThan(500);
  });

  test("stay away when nobody is to come back", async () => {
    const { port, cut } = await startBroker();
    await using running = await runFixed(port, { durationMs: 3000, reconnect: undefined });
    await running.reached(1000);
    cut();
    const { report } = await running.run;
    expect(report.delivery.intended).toBe(600);
    expect(report.run).toMatchObject({ verdict: "failed", exitCode: 99 });
    expect(report.sessions).toBeNull();
  });
});

describe("a restart that never comes", () => {
  test("leaves the run without its evidence", async () => {
    const { report, seen } = await disturbed({ kind: "broker-restart", at: 500, within }, 2000);
    expect(seen).toMatchObject({ verdict: "not-seen", beganAtMs: null, observed: 0 });
    expect(report.run).toMatchObject({ verdict: "invalid", exitCode: 120 });
  });
});
