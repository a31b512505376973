import { expect, test } from "vitest";
import { afterCanary, type CanarySecond, type CanaryState, suffering } from "./tenant-canary.ts";

const AXES = ["relay", "api"] as const;
type Axis = (typeof AXES)[number];

/** `x` missed, `o` in time, `?` unknown; capitals while our own load was on. */
function seconds(marks: string, axis: Axis = "relay"): CanarySecond<Axis>[] {
  return Array.from(marks, (mark) => {
    const what = mark.toLowerCase();
    const underLoad = what !== mark;
    return { axis, underLoad, missed: what === "?" ? null : what === "x" };
  });
}

const after = (...all: readonly CanarySecond<Axis>[]): Axis | undefined =>
  suffering(
    all.reduce<CanaryState<Axis>>((state, second) => afterCanary(state, second), {}),
    AXES,
  );

test.each([
  ["three in a row", "ooxxx", "relay"],
  ["two in a row", "xxoxx", undefined],
  ["our own windows, however many", "XXXXXX", undefined],
  ["before and after a window of ours", "xxXXXx", "relay"],
  ["in time during a window of ours", "xxOx", undefined],
  ["seconds of which nothing is known between them", "x?x?x", "relay"],
])("missed: %s", (_, marks, expected) => {
  expect(after(...seconds(marks))).toBe(expected);
});

test("axes are counted apart", () => {
  expect(after(...seconds("xx"), ...seconds("xx", "api"))).toBeUndefined();
  expect(after(...seconds("x"), ...seconds("xxx", "api"))).toBe("api");
});
