import { expect, it, test } from "vitest";
import { ClickHouseFault, faultCode, faultText, httpStatus } from "./errors.ts";

test("an engine's error reads as a server's", () => {
  const error = new Error("Query failed: Code: 60. DB::Exception: No table x. (UNKNOWN_TABLE)");
  expect(faultText(error, "26.7")).toBe(
    "Code: 60. DB::Exception: No table x. (UNKNOWN_TABLE) (version 26.7 (chDB))",
  );
});

test("an error of our own gets a code too", () => {
  const text = faultText(new Error("boom"), "26.7");
  expect(text).toMatch(/^Code: 1002\. DB::Exception: boom\. \(UNKNOWN_EXCEPTION\)/);
  expect(faultCode(text)).toBe(1002);
});

it.each([
  [62, 400],
  [516, 403],
  [60, 404],
  [159, 408],
  [48, 501],
  [241, 500],
  [1002, 500],
])("gives code %i the status %i", (code, status) => {
  const { message } = new ClickHouseFault(code, "NAME", "text");
  expect(httpStatus(faultCode(message))).toBe(status);
});
