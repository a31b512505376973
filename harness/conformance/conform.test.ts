import { expect, test } from "vitest";
import type { Assertion } from "./assertion.ts";
import type { Bench } from "./bench.ts";
import { type Comparison, conform } from "./conform.ts";
import { Difference } from "./same.ts";

const flags = {
  pu_ff_datapipe_enable: false,
  pu_ff_datapipe_default_last_value_enable: true,
  pu_ff_prometheus_enable: true,
};

/** A bench that no assertion here looks at. */
const benchOf = (signal: AbortSignal) =>
  ({ parts: { signal, root: { feature_flags: flags } } }) as unknown as Bench;

const never = () => Promise.reject(new Error("looked at"));

const assertion = (id: string, check: Assertion["check"], more: Partial<Assertion> = {}) => ({
  id,
  contract: "REST §1",
  quirk: id,
  check,
  ...more,
});

async function compared(assertions: readonly Assertion[], slow = false) {
  const told: Comparison[] = [];
  const bench = benchOf(new AbortController().signal);
  const onEach = (comparison: Comparison) => told.push(comparison);
  const comparisons = await conform({ assertions, bench, slow, onEach });
  expect(told).toEqual(comparisons);
  return comparisons.map(({ id, outcome, detail }) => [id, outcome, detail]);
}

test("what differs is told, and the next is looked at", async () => {
  expect(
    await compared([
      assertion("wrong", () => Promise.reject(new Difference("saw 2"))),
      assertion("broken", () => Promise.reject(new TypeError("no such thing"))),
      assertion("right", () => Promise.resolve("in 3 s")),
    ]),
  ).toEqual([
    ["wrong", "differs", "saw 2"],
    ["broken", "differs", "TypeError: no such thing"],
    ["right", "same", "in 3 s"],
  ]);
});

test("a difference to what the contract only infers says so", async () => {
  const wrong = assertion("wrong", () => Promise.reject(new Difference("saw 2")), {
    inferred: true,
  });
  expect(await compared([wrong])).toEqual([
    ["wrong", "differs", "saw 2 (the contract itself only infers this)"],
  ]);
});

test("what the instance or the caller lacks is not looked at", async () => {
  expect(
    await compared([
      assertion("pipe", never, { needs: ["dataPipe"] }),
      assertion("minute", never, { needs: ["slow"] }),
    ]),
  ).toEqual([
    ["pipe", "skipped", "the instance has its DataPipe switched off"],
    ["minute", "skipped", "takes a minute: needs --slow"],
  ]);
});

test("what takes a minute begins first and is told last", async () => {
  const begun: string[] = [];
  const noting = (id: string, more: Partial<Assertion> = {}) =>
    assertion(
      id,
      async () => {
        begun.push(id);
      },
      more,
    );
  const outcomes = await compared(
    [noting("a"), noting("slow", { needs: ["slow"] }), noting("b")],
    true,
  );
  expect(begun).toEqual(["slow", "a", "b"]);
  expect(outcomes.map(([id]) => id)).toEqual(["a", "b", "slow"]);
});
