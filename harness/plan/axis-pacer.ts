import { type Arrivals, type Pace, pacerOf } from "./pace.ts";
import { constantPace, type Pacer, poissonPace } from "./pacer.ts";

/** The pacer of an axis: that of a whole planned run, or one that paces each window by itself. */
export function axisPacer(pace: Pace | undefined, arrivals: Arrivals, seed: number): Pacer {
  if (pace !== undefined) return pacerOf(pace, seed);
  return arrivals === "poisson" ? poissonPace : constantPace;
}
