import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { readSettings } from "../config.ts";
import type { GeneratorCeiling } from "../engine/null-sink-ceiling.ts";
import type { Plan } from "../plan/plan.ts";
import { testWorld } from "../test/test-world.ts";
import { hasCeiling, knownCeilings, planWithinReach } from "./generator-ceilings.ts";
import { planFor } from "./grade.ts";
import type { NullSink } from "./null-sink.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const path of folders.splice(0)) await rm(path, { recursive: true, force: true });
});

/** A data directory, the plan of an instance, and a null sink that finds what a test says. */
async function open(found: GeneratorCeiling, flags: Record<string, unknown> = {}) {
  const data = await mkdtemp(join(tmpdir(), "loadstone-ceiling-"));
  folders.push(data);
  const world = testWorld([]);
  const settings = await readSettings(world, { data, ...flags });
  const plan = await planFor(world, settings, "instance");
  const asked: string[] = [];
  const said: string[] = [];
  const sink: NullSink = {
    ceilingFor: ({ axis }) => {
      asked.push(axis);
      return Promise.resolve(found);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const limit = (change: Partial<typeof settings> = {}): Promise<Plan> =>
    planWithinReach(
      world,
      { ...settings, ...change },
      plan,
      (line) => said.push(line),
      () => Promise.resolve(sink),
    );
  return { settings, plan, asked, said, limit, file: join(data, "generator-ceilings.json") };
}

const broken = () => Promise.reject(new Error("no room for a process"));

/** Of the axes whose limit may be the generator's. */
const maxLoads = ({ axes }: Plan) =>
  axes.filter(({ axis }) => hasCeiling(axis)).map(({ search }) => search.maxLoad);

describe("what the generator can do", () => {
  test("is measured once a machine, told, and limits the plan from then on", async () => {
    const { limit, asked, said, plan, settings } = await open({ reached: 100, ceiling: 70 });
    expect(maxLoads(await limit())).toEqual([70, 70]);
    expect(maxLoads(await limit())).toEqual([70, 70]);
    expect(asked).toEqual(["relay", "api"]);
    expect(said).toContain(
      "relay: the load generator may offer 70 a second (70 % of the 100 it reached)",
    );
    expect(Object.keys(await knownCeilings(settings, plan))).toEqual(["relay", "api"]);
  });

  test("is measured again when asked", async () => {
    const { limit, asked } = await open({ reached: 100, ceiling: 70 });
    await limit();
    await limit({ recalibrate: true });
    expect(asked).toHaveLength(4);
  });

  test("limits nothing and is not kept while in doubt", async () => {
    const doubtful = { reached: 10, ceiling: 7, doubt: "a busy machine" };
    const { limit, plan, settings, asked, said } = await open(doubtful);
    expect(await limit()).toEqual(plan);
    await limit();
    expect(asked).toHaveLength(4);
    expect(said.join("\n")).toContain(
      "no limit is known of the load generator, which reached 10 a second or more: a busy machine",
    );
    expect(await knownCeilings(settings, plan)).toEqual({});
  });

  test("is another's on another machine, version or message", async () => {
    const { limit, file, settings, plan } = await open({ reached: 100, ceiling: 70 });
    await limit();
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replaceAll('\\"payload', '\\"other'));
    expect(Object.keys(await knownCeilings(settings, plan))).toEqual(["api"]);
  });

  test("is unknown where its file cannot be read, and the run goes on", async () => {
    const { limit, file, settings, plan } = await open({ reached: 100, ceiling: 70 });
    await writeFile(file, "{ half");
    expect(await knownCeilings(settings, plan)).toEqual({});
    expect(maxLoads(await limit())).toEqual([70, 70]);
  });

  test("stays unknown when the null sink does not start, and the run goes on", async () => {
    const { settings, plan, said } = await open({ reached: 100, ceiling: 70 });
    const say = (line: string) => said.push(line);
    expect(await planWithinReach(testWorld([]), settings, plan, say, broken)).toEqual(plan);
    expect(said.at(-1)).toContain("stays unknown: no room for a process");
  });
});
