import { AXIS_IDS, type AxisId } from "#grader/contracts/axis.ts";
import { LETTERS, type Letter, type PentagonCorner } from "#grader/contracts/report.ts";
import { LETTER_FLOORS_UNITS, RADIUS_UNITS, radiusOf } from "#grader/contracts/scale.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where the pentagon lies; y grows downwards, as in SVG and on a terminal. */
export interface Frame {
  readonly cx: number;
  readonly cy: number;
  readonly radius: number;
  /** Horizontal stretch, for cells that are not square. */
  readonly stretch?: number;
}

/** Which end of a corner to draw. */
export type CornerRadius = "radius" | "lowRadius" | "highRadius";

/** A corner's angle in radians: link on top, then clockwise in axis order. */
export function cornerAngle(axis: AxisId): number {
  return -Math.PI / 2 + (AXIS_IDS.indexOf(axis) * 2 * Math.PI) / AXIS_IDS.length;
}

/** The point at a share (0 centre … 1 rim, beyond for labels) of an axis' spoke. */
export function pointOn(axis: AxisId, share: number, frame: Frame): Point {
  const angle = cornerAngle(axis);
  const reach = share * frame.radius;
  return {
    x: frame.cx + Math.cos(angle) * reach * (frame.stretch ?? 1),
    y: frame.cy + Math.sin(angle) * reach,
  };
}

/** The five points at one share of every spoke. */
export function ringAt(share: number, frame: Frame): Point[] {
  return AXIS_IDS.map((axis) => pointOn(axis, share, frame));
}

export interface GradeRing {
  readonly letter: Letter;
  readonly units: number;
  /** 0…1 along the radius. */
  readonly share: number;
  readonly points: readonly Point[];
}

/** One ring for each letter whose floor lies inside the pentagon, the outermost first. */
export function gradeRings(frame: Frame): GradeRing[] {
  return LETTERS.filter((letter) => LETTER_FLOORS_UNITS[letter] > RADIUS_UNITS.centre).map(
    (letter) => {
      const units = LETTER_FLOORS_UNITS[letter];
      const share = radiusOf(units);
      return { letter, units, share, points: ringAt(share, frame) };
    },
  );
}

/**
 * The outline through the corners' capacities. An axis without evidence pulls the outline to the
 * centre; callers mark such a corner apart, since no evidence is not zero.
 */
export function capacityOutline(
  corners: readonly PentagonCorner[],
  frame: Frame,
  which: CornerRadius = "radius",
): Point[] {
  return corners.map((corner) => pointOn(corner.axis, shareOf(corner, which), frame));
}

/** A corner's share; an upper end that nothing broke reaches the rim. */
export function shareOf(corner: PentagonCorner, which: CornerRadius): number {
  if (corner.radius === null) return 0;
  return corner[which] ?? 1;
}

/** SVG path of a closed polygon, to two decimals. */
export function closedPath(points: readonly Point[]): string {
  const steps = points.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${round(x)} ${round(y)}`);
  return `${steps.join(" ")} Z`;
}

/** SVG path of the band between the low and the high outline; fill it by the even-odd rule. */
export function intervalBand(corners: readonly PentagonCorner[], frame: Frame): string {
  const outer = closedPath(capacityOutline(corners, frame, "highRadius"));
  const inner = closedPath(capacityOutline(corners, frame, "lowRadius"));
  return `${outer} ${inner}`;
}

/** Two decimals, without a trailing zero or a negative zero. */
export function round(value: number): string {
  return String(Math.round(value * 100) / 100 + 0);
}
