import { expect, test } from "vitest";
import { cannotListen } from "./listen-error.ts";

const failure = (code: string) => Object.assign(new Error(`listen ${code} 127.0.0.1:80`), { code });

test.each([
  ["EADDRINUSE", "PORT_TAKEN"],
  ["EACCES", "PORT_NOT_ALLOWED"],
  ["EPERM", "PORT_NOT_ALLOWED"],
])("%s is %s, with a hint", (code, coded) => {
  const expected = {
    code: coded,
    message: expect.stringContaining(":80"),
    hint: expect.any(String),
  };
  expect(() => cannotListen(failure(code))).toThrow(expect.objectContaining(expected));
});

test("any other failure stays as it is", () => {
  expect(() => cannotListen(failure("EMFILE"))).toThrow("listen EMFILE");
});
