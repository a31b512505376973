import { windowLengthMs } from "../window-length.ts";
import { sfc32 } from "./random.ts";
import type { TargetModel } from "./scenarios.ts";
import { createVirtualMeasurer } from "./virtual-measurer.ts";
import { createVirtualTarget } from "./virtual-target.ts";

const RUN_MS = 300_000;

/** Share of good windows in 300-s runs at one load, each from a warm, drained start. */
export function goodShare(target: TargetModel, load: number, runs: number, firstSeed = 0): number {
  const windowMs = windowLengthMs(load, "standard");
  const windows = Math.round(RUN_MS / windowMs);
  let good = 0;
  for (let run = 0; run < runs; run++) {
    const measure = createVirtualMeasurer(
      createVirtualTarget(target, sfc32(firstSeed + run), { warm: true }),
    );
    for (let window = 0; window < windows; window++) {
      const seen = measure({
        kind: "load",
        phase: "soak",
        load,
        settleMs: window === 0 ? 5000 : 0,
        windowMs,
        windows: 1,
        curtail: false,
        growthRule: true,
      });
      if (seen.kind === "load" && seen.windows[0]?.good === true) good++;
    }
  }
  return good / (runs * windows);
}
