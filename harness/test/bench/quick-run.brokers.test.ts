import { expect, test } from "vitest";
import { failuresOf, quickRun } from "./quick-run.suite.ts";

test("a quick run on mosquitto delivers what our own engine and its peers send", async () => {
  const result = await quickRun("--targets", "mosquitto");
  expect(failuresOf(result)).toEqual([]);
  const measured = result.rows.filter((row) => "rounds" in row);
  const ours = measured.find(({ work, client }) => work === "e2e-20000" && client === "loadstone");
  expect(ours?.received).toBe(ours?.messages);
  expect(ours?.unsent).toBe(0);
  expect(ours?.latencyP99Ms).toBeGreaterThan(0);
}, 300_000);
