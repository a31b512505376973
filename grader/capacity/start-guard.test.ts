import { expect, test } from "vitest";
import { alreadyLoaded } from "./start-guard.ts";

const load = (axis: string, use?: number, lastKnown?: number) => ({ axis, use, lastKnown });

test("an instance that carries a fifth may be measured, one that carries more may not", () => {
  expect(alreadyLoaded([load("relay", 200, 1000)])).toBeUndefined();
  expect(alreadyLoaded([load("relay", 201, 1000)])).toEqual({ axis: "relay", share: 0.201 });
});

test("the axis that carries most is named", () => {
  const axes = [load("relay", 300, 1000), load("api", 40, 100), load("store", 50, 200)];
  expect(alreadyLoaded(axes)).toEqual({ axis: "api", share: 0.4 });
});

test("what was never measured refuses nothing", () => {
  expect(alreadyLoaded([load("relay", 300), load("api", undefined, 100)])).toBeUndefined();
  expect(alreadyLoaded([load("relay", 300, 0)])).toBeUndefined();
  expect(alreadyLoaded([])).toBeUndefined();
});
