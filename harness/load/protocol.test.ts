import { describe, expect, test } from "vitest";
import { LoadstoneError } from "../errors.ts";
import { errorOf, postedError } from "./protocol.ts";

/** As it is after the way between two threads. */
const sent = (error: unknown) => errorOf(structuredClone(postedError(error)));

describe("an error between threads", () => {
  test("keeps its code, its words and its hint", () => {
    const error = new LoadstoneError("FILE_LIMIT_TOO_LOW", "no more sockets", { hint: "raise it" });
    const { code, message, hint } = sent(error);
    expect({ code, message, hint }).toEqual({
      code: "FILE_LIMIT_TOO_LOW",
      message: "no more sockets",
      hint: "raise it",
    });
  });

  test("without a code is a fault of the thread, told with where it happened", () => {
    const { code, message } = sent(new RangeError("nothing to pick from"));
    expect(code).toBe("WORKER_FAILED");
    expect(message).toContain("nothing to pick from");
    expect(message).toContain("protocol.test.ts");
  });
});
