import { describe, expect, test, vi } from "vitest";
import { LoadstoneError } from "../errors.ts";
import { skippingClock } from "../test/skipping-clock.ts";
import { makeOnce } from "./make-once.ts";
import { refusalOf } from "./refusal.ts";

const lost = new LoadstoneError("TARGET_UNREACHABLE", "no answer");
const taken = refusalOf("POST units", 422, '{"detail":"422: 7: Name is not unique"}');
const wrong = refusalOf("POST units", 422, '{"detail":"422: 7: Name is not correct"}');

/** Fails with each error in turn, then succeeds. */
function attempts(...errors: readonly Error[]) {
  const rest = [...errors];
  return vi.fn<() => Promise<string>>(async () => {
    const error = rest.shift();
    if (error !== undefined) throw error;
    return "made";
  });
}
const nowhere = async (): Promise<string | undefined> => undefined;
const there = async (): Promise<string | undefined> => "found";
const clock = skippingClock();

describe("a thing that can be there only once", () => {
  test("is made again when its answer was lost and it is not there", async () => {
    const make = attempts(lost, refusalOf("POST units", 500, "Internal Server Error"));
    expect(await makeOnce({ make, find: nowhere, clock })).toBe("made");
    expect(make).toHaveBeenCalledTimes(3);
  });

  test("is taken as made when its answer was lost and it is there", async () => {
    const make = attempts(lost);
    expect(await makeOnce({ make, find: there, clock })).toBe("found");
    expect(make).toHaveBeenCalledTimes(1);
  });

  test("is taken as made when the platform has it and it is ours", async () => {
    expect(await makeOnce({ make: attempts(taken), find: there, clock })).toBe("found");
  });

  test("is not made when the name is somebody else's", async () => {
    const work = makeOnce({ make: attempts(taken), find: nowhere, clock });
    await expect(work).rejects.toThrow("Name is not unique");
  });

  test("is not asked for again when it was refused", async () => {
    const make = attempts(wrong);
    await expect(makeOnce({ make, find: there, clock })).rejects.toThrow("Name is not correct");
    expect(make).toHaveBeenCalledTimes(1);
  });

  test("is given up after three lost answers", async () => {
    const make = attempts(lost, lost, lost, lost);
    await expect(makeOnce({ make, find: nowhere, clock })).rejects.toThrow("no answer");
    expect(make).toHaveBeenCalledTimes(3);
  });
});
