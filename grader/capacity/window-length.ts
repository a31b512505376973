import type { Depth } from "../contracts/capacity.ts";

// A thousand messages let 1 % of them be ten; shorter windows also see too little of a slow target.
const MESSAGES = 1000;
const SHORTEST_MS = 10_000;
const LONGEST_MS = 30_000;
// A glance halves both: its wider interval pays for the coarser windows.
const GLANCE_SHARE = 0.5;

/** Length of a window at a load, for axes without a period of their own. */
export function windowLengthMs(loadPerSec: number, depth: Depth): number {
  const wantedMs = (MESSAGES * 1000) / loadPerSec;
  const fullMs = Math.round(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, wantedMs)));
  return depth === "glance" ? Math.round(fullMs * GLANCE_SHARE) : fullMs;
}
