import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Status, type StatusBlock, type StatusState, statusAfter } from "./status.ts";

const roomy: StatusBlock = { headroom: 0.5, missed: false };
const tight: StatusBlock = { headroom: 0.08, missed: false };
const between: StatusBlock = { headroom: 0.12, missed: false };
const full: StatusBlock = { headroom: 0, missed: false };
const missing: StatusBlock = { headroom: 0.5, missed: true };
const silent: StatusBlock = { headroom: null, missed: null };

const times = (count: number, block: StatusBlock): StatusBlock[] =>
  Array.from({ length: count }, () => block);

/** The status after each block. */
function course(blocks: readonly StatusBlock[]): Status[] {
  let state: StatusState | undefined;
  return blocks.map((block) => {
    state = statusAfter(state, block);
    return state.status;
  });
}
const after = (...blocks: readonly StatusBlock[]): Status | undefined => course(blocks).at(-1);

describe("yellow", () => {
  test("comes with two tight hours of three, not before", () => {
    const turned = course(times(24, tight));
    expect(turned.indexOf("yellow")).toBe(23);
    expect(after(...times(12, tight), ...times(12, between), ...times(12, tight))).toBe("yellow");
    expect(after(...times(12, tight), ...times(13, between), ...times(11, tight))).toBe("green");
  });
  test("forgets what is more than three hours old", () => {
    expect(after(...times(12, tight), ...times(36, between), ...times(12, tight))).toBe("green");
  });
  test("stays between the two thresholds, and goes above the upper one", () => {
    expect(after(...times(24, tight), ...times(36, between))).toBe("yellow");
    expect(after(...times(24, tight), roomy)).toBe("green");
  });
  test("that went does not come back with the next tight block", () => {
    expect(after(...times(24, tight), roomy, tight)).toBe("green");
  });
});

describe("red", () => {
  test("comes at once when there is no headroom left", () => {
    expect(after(roomy, full)).toBe("red");
  });
  test("comes with three missed blocks of six, not with two", () => {
    expect(after(missing, roomy, missing, roomy, roomy)).toBe("green");
    expect(after(missing, roomy, missing, roomy, roomy, missing)).toBe("red");
    expect(after(missing, missing, ...times(5, roomy), missing)).toBe("green");
  });
  test("goes after one clean hour, to yellow where there is little room", () => {
    expect(after(full, ...times(11, roomy))).toBe("red");
    expect(after(full, ...times(12, roomy))).toBe("green");
    expect(after(full, ...times(24, tight))).toBe("yellow");
  });
  test("is not ended by blocks of which nothing is known", () => {
    expect(after(full, ...times(40, silent))).toBe("red");
    expect(after(full, ...times(11, roomy), silent, ...times(11, roomy))).toBe("red");
  });
});

test("nothing known is no reason for alarm", () => {
  expect(course(times(40, silent)).every((status) => status === "green")).toBe(true);
});

test("a headroom that wobbles about either threshold changes the status at most once", () => {
  const wobble = fc.array(fc.double({ min: -0.009, max: 0.009, noNaN: true }), {
    minLength: 60,
    maxLength: 120,
  });
  fc.assert(
    fc.property(wobble, fc.constantFrom(0.1, 0.12), (offsets, centre) => {
      const statuses = course(
        offsets.map((offset) => ({ headroom: centre + offset, missed: false })),
      );
      const changes = statuses.filter((status, i) => i > 0 && status !== statuses[i - 1]);
      expect(changes.length).toBeLessThanOrEqual(1);
    }),
  );
});

test("its state survives being stored", () => {
  const state = times(30, tight).reduce<StatusState | undefined>(statusAfter, undefined);
  const stored = JSON.parse(JSON.stringify(state)) as StatusState;
  expect(statusAfter(stored, between)).toEqual(statusAfter(state, between));
});
