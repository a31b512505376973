import { expect, test } from "vitest";
import { sandboxArgs, startFailure } from "./sandbox-service.ts";

const CAUSE = new Error("ended with exit code 1");

test("flags that are not given are left out, and a value may begin with a dash", () => {
  expect(sandboxArgs({ noise: "-1", seed: undefined })).toEqual(["--noise=-1"]);
});

test.each([
  ["PORT_TAKEN: listen EADDRINUSE 127.0.0.1:8080", "PORT_TAKEN"],
  ["DATA_DIRECTORY_BUSY: /x is used by another sandbox", "DATA_DIRECTORY_BUSY"],
])("the sandbox's own code is taken over: %s", (line, code) => {
  const failure = startFailure(["a warning", line, "a hint"], CAUSE);
  expect(failure).toMatchObject({ code, message: line.slice(code.length + 2), cause: CAUSE });
  expect(failure.hint).toMatch(/\S/);
});

test("a full disk is found in a stack", () => {
  const stack = ["Error: ENOSPC: no space left on device, write", "    at writeSync"];
  expect(startFailure(stack, CAUSE).code).toBe("DISK_FULL");
});

test("any other end is told as it was", () => {
  expect(startFailure(["TypeError: x is not a function"], CAUSE)).toMatchObject({
    code: "SANDBOX_START_FAILED",
    message: "the sandbox did not start: TypeError: x is not a function",
  });
});
