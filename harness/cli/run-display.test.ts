import { expect, test } from "vitest";
import type { FixedNews } from "../run/fixed-watch.ts";
import { manualClock } from "../test/manual-clock.ts";
import { testWorld } from "../test/test-world.ts";
import { openRunDisplay } from "./run-display.ts";

const progress = (elapsedMs: number): FixedNews => ({
  kind: "progress",
  view: {
    axis: "relay",
    elapsedMs,
    durationMs: 60_000,
    intendedPerSec: 10,
    deliveredPerSec: 10,
    latencyP99Ms: 1,
    late: 0,
    lost: 0,
    unsent: 0,
    units: 2,
    unitsWanted: 2,
    cpuRatio: 0.1,
    fault: null,
  },
});

test("a log gets a line each ten seconds, and of what is counted the last alone", () => {
  const clock = manualClock();
  const world = testWorld([], { clock });
  const show = openRunDisplay(world, false);
  show({ kind: "message", text: "created 3 of 9" });
  show({ kind: "message", text: "created 9 of 9" });
  for (let second = 1; second <= 21; second++) {
    show(progress(second * 1000));
    clock.advance(1000);
  }
  show("end");
  const [first, ...rest] = world.warned;
  expect(first).toBe("created 9 of 9");
  expect(rest.map((line) => line.split(" of ")[0])).toEqual(["1 s", "11 s", "21 s"]);
});

test("a terminal gets one line, drawn over itself, that never wraps", () => {
  const written: string[] = [];
  const terminal = { columns: 40, write: (text: string) => written.push(text) };
  const show = openRunDisplay(testWorld([], { terminal }), false);
  show(progress(1000));
  show(progress(2000));
  show("end");
  expect(written.every((text) => text.startsWith("\r\u001b[2K") && !text.includes("\n"))).toBe(
    true,
  );
  expect(Math.max(...written.map((text) => text.length - 5))).toBeLessThan(40);
});

test("says nothing when asked to be quiet", () => {
  const world = testWorld([]);
  openRunDisplay(world, true)(progress(1000));
  expect(world.warned).toEqual([]);
});
