import { type Clock, pause } from "../load/clock.ts";
import type { StepEngine } from "./step-engine.ts";

/** Nothing arriving for this long, deadline past: what is still out will not come. */
const SILENCE_MS = 1000;
const LOOK_MS = 50;

export type DrainedEngine = Pick<StepEngine, "out" | "forget">;

export interface EmptyOptions {
  readonly engines: readonly DrainedEngine[];
  readonly clock: Clock;
  /** The longest of the engines'. */
  readonly deadlineMs: number;
  /** `now()` at which to give up. */
  readonly untilMs: number;
}

/** Waits until nothing is in flight; what stays out in silence will not come any more. */
export async function emptyEngines(options: EmptyOptions, signal: AbortSignal): Promise<boolean> {
  const { engines, clock, deadlineMs, untilMs } = options;
  let before = -1;
  let quietSinceMs = clock.now();
  for (;;) {
    const outs = await Promise.all(engines.map((engine) => engine.out(signal)));
    const inFlight = outs.reduce((sum, out) => sum + out.inFlight, 0);
    const pending = outs.reduce((sum, out) => sum + out.pending, 0);
    const out = inFlight + pending;
    if (out === 0) return true;
    if (out !== before) {
      before = out;
      quietSinceMs = clock.now();
    }
    const silentMs = clock.now() - quietSinceMs;
    const silent = pending === 0 && silentMs > SILENCE_MS + deadlineMs;
    const late = clock.now() >= untilMs;
    if (silent || late) {
      await Promise.all(engines.map((engine) => engine.forget(signal)));
      return !late;
    }
    await pause(clock, LOOK_MS, signal);
  }
}
