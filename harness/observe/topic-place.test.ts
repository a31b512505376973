import { expect, test } from "vitest";
import { anonymous, NO_TOPOLOGY, placeOf } from "./topic-place.ts";

const UNIT = "11111111-2222-4333-8444-555555555555";
const NODE = "99999999-2222-4333-8444-555555555555";
const node = { unit: UNIT, repo: "r", topicName: "current_temp/pepeunit", edges: 2 } as const;
const topology = {
  nodes: new Map([[NODE, { ...node, side: "output" as const }]]),
  repoByUnit: new Map([[UNIT, "r"]]),
};

test.each([
  [`d/output_base_topic/${UNIT}/state/pepeunit`, "state", UNIT, "output"],
  [`d/output_base_topic/${UNIT}/log/pepeunit`, "log", UNIT, "output"],
  [`d/input_base_topic/${UNIT}/update/pepeunit`, "command/update", UNIT, "input"],
  [`d/${NODE}/pepeunit`, "current_temp", UNIT, "output"],
  [`d/${NODE}`, "current_temp", UNIT, "output"],
  [`d/${UNIT}/pepeunit`, "node", UNIT, undefined],
  ["plant/line 1/sensor-7/temp", "temp", "plant/line 1/sensor-7", undefined],
  ["temp", "topic", "temp", undefined],
])("the topic %s is %s of a Unit", (topic, role, unit, side) => {
  expect(placeOf(topic, topology)).toMatchObject({ role, unit, ...(side && { side }) });
});

test("a node carries its Repo and edges where the topology is known", () => {
  expect(placeOf(`d/${NODE}/pepeunit`, topology)).toMatchObject({ repo: "r", edges: 2 });
  expect(placeOf(`d/${NODE}/pepeunit`, NO_TOPOLOGY)).toMatchObject({ role: "node", repo: "" });
});

test("an anonymous place names nothing a person chose, and is the same each time", () => {
  const place = placeOf("home/anna/bedroom/temp", NO_TOPOLOGY);
  const hidden = anonymous("mqtt://a", place);
  expect(JSON.stringify(hidden)).not.toMatch(/anna|bedroom|temp/);
  expect(anonymous("mqtt://a", place)).toEqual(hidden);
  expect(anonymous("mqtt://b", place).unit).not.toBe(hidden.unit);
  expect(anonymous("x", placeOf(`d/output_base_topic/${UNIT}/state/pepeunit`, topology)).role).toBe(
    "state",
  );
});
