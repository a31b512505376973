import { expect, test } from "vitest";
import { ALWAYS_HERE, failuresOf, quickRun } from "./quick-run.suite.ts";
import { type WorkName, WORK_NAMES } from "./schema.ts";

const ON_MOSQUITTO_ALONE: readonly WorkName[] = ["e2e-20000"];

test("a quick run prints a row of every work on the sink by every client that is here", async () => {
  const result = await quickRun("--targets", "sink");
  expect(failuresOf(result)).toEqual([]);
  const measured = result.rows.filter((row) => "rounds" in row);
  const works = new Set(
    measured.filter(({ client }) => client === "loadstone").map(({ work }) => work),
  );
  expect([...works]).toEqual(WORK_NAMES.filter((name) => !ON_MOSQUITTO_ALONE.includes(name)));
  expect(measured.map(({ client }) => client)).toEqual(expect.arrayContaining(ALWAYS_HERE));
  expect(result.ratios.every(({ meets }) => meets === null)).toBe(true);
}, 300_000);
