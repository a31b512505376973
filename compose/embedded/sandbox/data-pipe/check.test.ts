import { expect, test } from "vitest";
import { readPipe } from "./check.ts";
import { DEFAULT_PIPE } from "./config.ts";

const COUNTING = `
active_period: {type: Permanent}
filters: {type_input_value: Text, max_rate: 0, last_unique_check: false, max_size: 0}
processing_policy: {policy_type: TimeWindow, time_window_size: 3600}
`;

const stagesOf = (yaml: string) => {
  const read = readPipe(yaml);
  return "problems" in read ? read.problems.map(({ stage }) => stage) : [];
};

test("the settings that count everything are right", () => {
  expect(readPipe(COUNTING)).toMatchObject({
    config: { processing_policy: { policy_type: "TimeWindow", time_window_size: 3600 } },
  });
});

test("what every new node gets: text of at most 100 bytes, one value in 5 s", () => {
  expect(DEFAULT_PIPE).toMatchObject({
    active_period: { type: "Permanent" },
    filters: { type_input_value: "Text", max_rate: 5, last_unique_check: false, max_size: 100 },
    transformations: null,
    processing_policy: { policy_type: "LastValue" },
  });
});

test.each([
  ["type: Permanent", "type: FromDate", "ActivePeriod"],
  ["type: Permanent", "type: Sometimes", "ActivePeriod"],
  ["max_rate: 0", "max_rate: 86401", "Filters"],
  ["max_size: 0", "max_size: 262145", "Filters"],
  ["max_rate: 0, ", "", "Filters"],
  ["max_size: 0", "max_size: 0, type_value_filtering: WhiteList", "Filters"],
  [
    "type_input_value: Text",
    "type_input_value: Number, type_value_threshold: Range, threshold_min: 5, threshold_max: 5",
    "Filters",
  ],
  ["3600", "61", "ProcessingPolicy"],
  ["TimeWindow, time_window_size: 3600", "NRecords", "ProcessingPolicy"],
  ["TimeWindow", "Aggregation", "ProcessingPolicy"],
])("with %s replaced by %s the problem is in %s", (part, other, stage) => {
  expect(stagesOf(COUNTING.replace(part, other))).toEqual([stage]);
});

test("transformations are optional, and checked", () => {
  expect(stagesOf(`${COUNTING}\ntransformations: {round_decimal_point: 8}`)).toEqual([
    "Transformations",
  ]);
});

test("the section is called filters, whatever the documentation says", () => {
  expect(stagesOf(COUNTING.replace("filters:", "filtres:"))).toEqual(["Filters"]);
});

test("a threshold of a text is not checked", () => {
  const yaml = COUNTING.replace("max_rate: 0", "max_rate: 0, type_value_threshold: Range");
  expect(stagesOf(yaml)).toEqual([]);
});

test("an empty file is None", () => {
  expect(() => readPipe("  \n")).toThrow("422: 8: DataPipe Validation Error: DataPipe is None");
});

test("a scalar lacks every required part", () => {
  expect(stagesOf("5")).toEqual(["ActivePeriod", "Filters", "ProcessingPolicy"]);
});
