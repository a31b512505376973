import { expect, test } from "vitest";
import { pipeConfig, setPipes } from "./pipes.ts";
import { refusalOf } from "./refusal.ts";

/** A platform that refuses the first of what is set, and writes down what it is asked. */
function pipesThat(refuses: ReadonlyMap<string, { status: number; detail: string }>) {
  const asked: string[] = [];
  const active = new Set<string>();
  return {
    asked,
    activate: (node: string) => {
      asked.push(`activate ${node}`);
      active.add(node);
      return Promise.resolve();
    },
    configure: (node: string) => {
      asked.push(`configure ${node}`);
      const refusal = active.has(node) ? undefined : refuses.get(node);
      if (refusal === undefined) return Promise.resolve();
      const { status, detail } = refusal;
      return Promise.reject(refusalOf("POST pipe", status, JSON.stringify({ detail })));
    },
  };
}

const wish = (node: string) => ({ node, policy: "TimeWindow", bytes: 32 }) as const;

test("a node whose pipe is off has it switched on first, any other is set at once", async () => {
  const off = { status: 422, detail: "422: 8: UnitNode Validation Error: Data pipe is not active" };
  const pipes = pipesThat(new Map([["b", off]]));
  await setPipes(pipes, [wish("a"), wish("b")]);
  expect(pipes.asked.toSorted()).toEqual([
    "activate b",
    "configure a",
    "configure b",
    "configure b",
  ]);
});

test("an instance without a DataPipe is told so, with what to do", async () => {
  const detail = "405: 15: Feature PU_FF_DATAPIPE_ENABLE is disabled";
  const pipes = pipesThat(new Map([["a", { status: 405, detail }]]));
  await expect(setPipes(pipes, [wish("a")])).rejects.toMatchObject({
    code: "TARGET_ANSWER_INVALID",
    hint: expect.stringContaining("PU_FF_DATAPIPE_ENABLE=True") as string,
  });
});

test("any other refusal is the platform's own", async () => {
  const pipes = pipesThat(new Map([["a", { status: 403, detail: "403: 1: No Access" }]]));
  await expect(setPipes(pipes, [wish("a")])).rejects.toThrow("No Access");
});

test.each([
  ["LastValue", { policy_type: "LastValue" }],
  ["NRecords", { policy_type: "NRecords", n_records_count: 1024 }],
  ["TimeWindow", { policy_type: "TimeWindow", time_window_size: 60 }],
] as const)("a pipe of %s stores everything that is short enough", (policy, processing_policy) => {
  expect(JSON.parse(pipeConfig(policy, 32))).toEqual({
    active_period: { type: "Permanent" },
    filters: { type_input_value: "Number", max_rate: 0, last_unique_check: false, max_size: 32 },
    processing_policy,
  });
});
