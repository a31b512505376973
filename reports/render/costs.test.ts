import { expect, test } from "vitest";
import type { Costs, RepoCosts } from "#grader/contracts/costs.ts";
import { renderCosts } from "./costs.ts";
import { columnsOf } from "./paint.ts";

const mean = { link: 1, relay: 1.05, store: 0.2, base: 0.0167, api: 0.0117 };

const repo = (more: Partial<RepoCosts>): RepoCosts => ({
  repo: "my_station",
  basis: "metered",
  units: 10,
  cost: { mean, p95: mean, bytesPerSec: 80, storedBytesPerSec: 12 },
  dominant: "relay",
  spread: { mean: 1.05, p50: 1, p80: 1.5, p95: 2 },
  errorFactor: 1.7,
  referenceUnits: 10.5,
  partOfAll: 0.74,
  colour: "red",
  storedBytesPerDay: 1e7,
  warnings: [],
  ...more,
});

const costs: Costs = {
  schema: "loadstone/costs/1",
  target: "http://10.0.0.5",
  days: 7,
  hours: 160,
  units: 12,
  repos: [
    repo({}),
    repo({
      repo: "odd\u001b[2Jname",
      basis: "declared",
      units: 2,
      spread: null,
      partOfAll: null,
      colour: "green",
      warnings: [
        "not enough data: 2 Units in 160 h, where 3 in 24 h are needed; shown as declared",
      ],
    }),
  ],
  hot: [{ unit: "u-1", repo: "my_station", referenceUnits: 20, dominant: "relay", colour: "red" }],
};

test("costs read as their golden, with no control characters of a Repo's name", async () => {
  const text = renderCosts(costs, { color: false, width: 120 });
  expect(text).not.toContain("\u001b");
  await expect(text).toMatchFileSnapshot("../golden/costs.txt");
});

test("costs keep within a narrow terminal by leaving out columns", () => {
  const lines = renderCosts(costs, { color: true, width: 80 }).split("\n");
  expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(80);
});

test("costs tell colours by their marks as well", () => {
  expect(renderCosts(costs, { color: false, width: 120 })).toMatch(/10\.5 ●[^]*10\.5 ○/);
});
