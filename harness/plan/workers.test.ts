import { describe, expect, test } from "vitest";
import { workersFor } from "./workers.ts";

const room = { asked: "auto", cores: 8, isTargetHere: false } as const;
const much = { units: 10_000, perSec: 1_000_000 };

describe("worker threads", () => {
  test.each([
    ["all cores but one", {}, much, 7],
    ["half the cores beside a target", { isTargetHere: true }, much, 4],
    ["one on two cores", { cores: 2, isTargetHere: true }, much, 1],
    ["one on one core", { cores: 1 }, much, 1],
    ["one for what one can send", {}, { units: 500, perSec: 5000 }, 1],
    ["as many as a rate needs", {}, { units: 500, perSec: 25_000 }, 3],
    ["as many as the Units need", {}, { units: 20_000, perSec: 0 }, 4],
    ["no more than there are pairs", {}, { units: 4, perSec: 1_000_000 }, 2],
    ["as many as were asked for", { asked: 20 }, much, 20],
    ["no more than pairs, whatever was asked", { asked: 20 }, { units: 6, perSec: 10 }, 3],
  ] as const)("are %s", (_name, change, most, workers) => {
    expect(workersFor({ ...room, ...change }, most)).toBe(workers);
  });
});
