import { expect, test } from "vitest";
import { beginningOf } from "./fixed-words.ts";

test("asks for a restart of the broker, and tells of the other faults", () => {
  expect(beginningOf("broker-restart")).toContain("restart the broker now");
  expect(beginningOf("half-open")).toBe("half-open begins, as planned");
});
