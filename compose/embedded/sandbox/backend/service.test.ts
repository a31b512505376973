import { expect, test } from "vitest";
import { openMemoryRecords } from "../records/memory.ts";
import { openDatabase } from "../state/database.ts";
import { unitRow } from "../state/test-rows.ts";
import { createBackend } from "./service.ts";

function setUp() {
  const db = openDatabase();
  let nowMs = 1_000_000;
  const unit = unitRow();
  db.commit({ table: "units", put: unit });
  const backend = createBackend({
    db,
    records: openMemoryRecords(),
    clock: { nowMs: () => nowMs, wallMs: () => nowMs },
    log: () => {},
  });
  const topic = (kind: string, direction = "output_base_topic") =>
    `d/${direction}/${unit.uuid}/${kind}/pepeunit`;
  return {
    backend,
    topic,
    state: (millis: number) =>
      backend.handle(topic("state"), Buffer.from(JSON.stringify({ millis }))),
    seen: () => db.units.get(unit.uuid)?.unit_state?.millis,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

test("the minute counts from the last accepted state: one that comes early does not move it", () => {
  const { state, seen, pass } = setUp();
  state(1);
  pass(59_999);
  state(2);
  expect(seen()).toBe(1);
  pass(1);
  state(3);
  expect(seen()).toBe(3);
});

test("what is no state is not accepted, so the next one is", () => {
  const { backend, topic, state, seen } = setUp();
  backend.handle(topic("state"), Buffer.from("[]"));
  state(1);
  expect(seen()).toBe(1);
});

test("a log costs several states, and what is dropped costs next to nothing", () => {
  const { backend, topic, state, pass } = setUp();
  expect(backend.costOf(topic("state"))).toBe(1);
  expect(backend.costOf(topic("log"))).toBe(4);
  expect(backend.costOf(topic("update", "input_base_topic"))).toBe(0.02);
  state(1);
  expect(backend.costOf(topic("state"))).toBe(0.02);
  pass(60_000);
  expect(backend.costOf(topic("state"))).toBe(1);
});
