import { describe, expect, test } from "vitest";
import { Report } from "#grader/contracts/report.ts";
import { dataDirectory, runToEnd } from "./e2e/program.ts";

/** The whole chain, sockets included, held to a known truth. */
describe("a sandbox of known capacity", () => {
  test("gives it back within 15 % at quick depth, on both axes", async () => {
    await using data = await dataDirectory();
    const truth = { relay: 900, api: 120 };
    const capacity = `relay=${truth.relay},api=${truth.api}`;
    const { code, stdout, stderr } = await runToEnd(
      ["up", "--once", "--json", "--depth", "quick", "--noise", "3", "--capacity", capacity],
      { LOADSTONE_DATA: data.path },
    );
    expect(`${code}\n${stderr}`).toMatch(/^0\n/);
    const report = Report.parse(JSON.parse(stdout));
    for (const [id, perSec] of Object.entries(truth)) {
      const found = report.axes.find((axis) => axis.id === id);
      console.log(id, perSec, found?.capacity, found?.flags);
      expect(found?.verdict).toBe("measured");
      expect(Math.abs((found?.capacity?.value ?? 0) / perSec - 1)).toBeLessThan(0.15);
    }
  });
});
