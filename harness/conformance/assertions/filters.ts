import type { Assertion } from "../assertion.ts";
import type { Bench } from "../bench.ts";
import { same } from "../same.ts";
import { pipe, WINDOW } from "./pipes.ts";
import { ownTextsOf, publishStored, setPipe, stored, textsOf } from "./stored.ts";

/** What is stored of these texts under a pipe's settings. */
async function kept(
  bench: Bench,
  node: string,
  yaml: string,
  texts: readonly string[],
  last?: string,
): Promise<string> {
  await setPipe(bench, node, yaml);
  const page = await publishStored(bench, node, "TimeWindow", texts, last);
  return ownTextsOf(page);
}

/** Adds a section to a pipe's settings. */
const withSection = (yaml: string, section: string): string => `${yaml}${section}\n`;
const unique = (yaml: string): string =>
  yaml.replace("last_unique_check: false", "last_unique_check: true");

/** Which messages a pipe passes, and what it makes of them. */
export const FILTERS: readonly Assertion[] = [
  {
    id: "filters/lists",
    contract: "DataPipe §4",
    quirk: "what is on the black list is not stored",
    needs: ["dataPipe"],
    check: async (bench) => {
      const list = `type_value_filtering: BlackList, filtering_values: ["off"]`;
      const yaml = pipe(WINDOW, `max_rate: 0, max_size: 0, ${list}`);
      const seen = await kept(bench, bench.unit(0).outputNodeUuid, yaml, ["on", "off", "on"]);
      same("what is stored", seen, "on on");
    },
  },
  {
    id: "filters/threshold",
    contract: "DataPipe §4",
    quirk: "numbers outside the thresholds are not stored, what is no number passes",
    needs: ["dataPipe"],
    check: async (bench) => {
      const range =
        "max_rate: 0, max_size: 0, type_value_threshold: Range, threshold_min: 0, threshold_max: 10";
      const yaml = pipe(WINDOW, range, "Number");
      const texts = ["5", "-1", "11", "text", "10"];
      const seen = await kept(bench, bench.unit(1).outputNodeUuid, yaml, texts);
      same("what is stored", seen, "5 text 10");
    },
  },
  {
    id: "filters/unique",
    contract: "DataPipe §4",
    quirk: "a value like the last one is not stored again",
    needs: ["dataPipe"],
    check: async (bench) => {
      const yaml = unique(pipe(WINDOW));
      const texts = ["1", "1", "2", "1"];
      const seen = await kept(bench, bench.unit(4).inputNodeUuid, yaml, texts);
      same("what is stored", seen, "1 2 1");
    },
  },
  {
    id: "filters/transformation",
    contract: "DataPipe §4",
    quirk: "rounding changes the text, and so what is like the last value is stored again",
    needs: ["dataPipe"],
    check: async (bench) => {
      const yaml = withSection(
        unique(pipe(WINDOW, "max_rate: 0, max_size: 0", "Number")),
        "transformations: {multiplication_ratio: 0.5, round_decimal_point: 2}",
      );
      const node = bench.unit(5).outputNodeUuid;
      const seen = await kept(bench, node, yaml, ["27.5", "27.5"], "13.75 13.75");
      same("what is stored", seen, "13.75 13.75");
    },
  },
  {
    id: "filters/max-rate",
    contract: "DataPipe §4",
    quirk: "within max_rate of an accepted message the next ones are dropped",
    needs: ["dataPipe"],
    check: async (bench) => {
      // A reload reads the settings of all nodes, and a flush stores what all of a policy got.
      const [slow, witness] = [bench.unit(0).inputNodeUuid, bench.unit(1).inputNodeUuid];
      await setPipe(bench, slow, pipe(WINDOW, "max_rate: 3600, max_size: 0"));
      await setPipe(bench, witness, pipe(WINDOW));
      await publishStored(bench, witness, "TimeWindow", []);
      const client = await bench.connect(bench.unit(0).token);
      for (const text of ["1", "2", "3"]) await client.publish(bench.topic(slow), text);
      await publishStored(bench, witness, "TimeWindow", ["seen"]);
      same("what is stored", textsOf(await stored(bench, slow, "type=TimeWindow")), "1");
    },
  },
];
