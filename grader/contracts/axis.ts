import { z } from "zod";

/** The five axes of a capacity grade, in the order they are measured and drawn. */
export const AXIS_IDS = ["link", "relay", "store", "base", "api"] as const;
export const AxisId = z.enum(AXIS_IDS);
export type AxisId = z.infer<typeof AxisId>;

export interface AxisFacts {
  readonly title: string;
  /** Unit of the axis' load and capacity. */
  readonly unit: string;
  /** What one counted piece of work is, in one line for people. */
  readonly counts: string;
}

export const AXES: Readonly<Record<AxisId, AxisFacts>> = {
  link: { title: "Link", unit: "Units", counts: "Units connected and authorised" },
  relay: { title: "Relay", unit: "msg/s", counts: "messages delivered Unit to Unit along an edge" },
  store: { title: "Store", unit: "msg/s", counts: "DataPipe records readable back" },
  base: { title: "Base", unit: "msg/s", counts: "state and log messages processed by the backend" },
  api: { title: "API", unit: "req/s", counts: "REST and GraphQL requests answered well" },
};

/** What a wave may rise along: one axis, or all of them at once in the proportions of a Unit. */
export const RAY_IDS = [...AXIS_IDS, "joint"] as const;
export const RayId = z.enum(RAY_IDS);
export type RayId = z.infer<typeof RayId>;

export const RAYS: Readonly<Record<RayId, AxisFacts>> = {
  ...AXES,
  joint: { title: "Joint", unit: "Units", counts: "reference Units served on every axis at once" },
};
