import { expect, test } from "vitest";
import { AXIS_IDS } from "#grader/contracts/axis.ts";
import type { PentagonCorner } from "#grader/contracts/report.ts";
import {
  capacityOutline,
  closedPath,
  cornerAngle,
  gradeRings,
  intervalBand,
  pointOn,
  shareOf,
} from "./pentagon-geometry.ts";

const frame = { cx: 0, cy: 0, radius: 100 } as const;
const corner = (radius: number | null, highRadius = radius): PentagonCorner => ({
  axis: "link",
  units: 1,
  low: 1,
  high: 1,
  radius,
  lowRadius: radius,
  highRadius,
  headroom: null,
  policyLimited: false,
});

test("link stands on top and the others follow clockwise", () => {
  const [link, relay, store, base, api] = AXIS_IDS.map((axis) => pointOn(axis, 1, frame));
  expect(closedPath([link, relay, store, base, api].filter((point) => point !== undefined))).toBe(
    "M0 -100 L95.11 -30.9 L58.78 80.9 L-58.78 80.9 L-95.11 -30.9 Z",
  );
  expect(cornerAngle("link")).toBeCloseTo(-Math.PI / 2);
});

test("a ring lies where its letter begins, S outermost", () => {
  expect(gradeRings(frame).map(({ letter, share }) => [letter, share])).toEqual([
    ["S", 0.75],
    ["A", 0.6193],
    ["B", 0.5],
    ["C", 0.3693],
    ["D", 0.25],
    ["E", 0.1193],
  ]);
});

test("a corner without evidence draws to the centre, an open end to the rim", () => {
  expect(shareOf(corner(null), "highRadius")).toBe(0);
  expect(shareOf(corner(0.5, null), "highRadius")).toBe(1);
  expect(capacityOutline([corner(null)], frame)).toEqual([{ x: 0, y: 0 }]);
});

test("cells that are not square stretch the drawing", () => {
  expect(pointOn("relay", 1, { ...frame, stretch: 2 }).x).toBeCloseTo(190.21, 2);
});

test("the interval is the ring between two outlines", () => {
  expect(intervalBand([corner(0.4, 0.6)], frame)).toBe("M0 -60 Z M0 -40 Z");
});
