/**
 * A loaded server on a virtual clock (grading method, 1.1). Its backlog is a random walk that
 * cannot go below zero, the heavy-traffic limit of a G/G/c queue:
 *   q += (λ − C(t))·dt + √(λ·dt + v·C·dt)·N(0, 1)
 * A message waits q/C, or out a pause, and then takes a log-normal service time.
 */
import { normalCdf } from "../arithmetic.ts";
import { exponential, normals, type Random } from "./random.ts";
import type { TargetModel } from "./scenarios.ts";

/** What happened to the messages of a stretch of load. Counts are fractional: it is a fluid. */
export interface Flow {
  readonly offered: number;
  readonly bad: number;
  readonly dropped: number;
  readonly served: number;
  readonly elapsedSec: number;
  readonly harmSec: number;
}

/** Seen each half second; true ends the stretch. */
export type Watch = (sofar: {
  readonly elapsedSec: number;
  readonly offered: number;
  readonly bad: number;
  readonly backlog: number;
}) => boolean;

export interface VirtualTarget {
  readonly model: TargetModel;
  /** Messages in flight. */
  backlog(): number;
  run(loadPerSec: number, durationSec: number, watch?: Watch): Flow;
}

const TAIL_CELLS = 400;
const LOOK_EVERY_SEC = 0.5;
// Load at which a cold target warms at full speed, as a share of its rate.
const WARMING_LOAD = 0.3;
const RECOVERED_BACKLOG_SEC = 0.05;
const HARMFUL_RATIO = 0.05;

/** P(service time > x) on a grid over 0…deadline. */
function serviceTail({ serviceMedianSec, serviceSigma, deadlineSec }: TargetModel): Float64Array {
  return Float64Array.from({ length: TAIL_CELLS + 1 }, (_, i) => {
    const sec = (deadlineSec * i) / TAIL_CELLS;
    return i === 0 ? 1 : normalCdf(Math.log(serviceMedianSec / sec) / serviceSigma);
  });
}

/** A target at rest. `warm` starts a cold one at full speed. */
export function createVirtualTarget(
  model: TargetModel,
  random: Random,
  { warm = false } = {},
): VirtualTarget {
  const gauss = normals(random);
  const tail = serviceTail(model);
  const perLook = Math.max(1, Math.round(LOOK_EVERY_SEC / model.stepSec));
  const dt = model.stepSec;
  let now = 0;
  let backlog = 0;
  let jitter = model.jitter * gauss();
  let warmth = warm ? 1 : 0;
  let slow = false;
  let slowUntil = 0;
  let dead = false;
  let tokens = 0;
  let pausedUntil = -1;
  let nextPause = model.pauseEverySec ? exponential(random, model.pauseEverySec) : Infinity;
  const phase = random() * model.driftPeriodSec;

  /** Multiplier of the rate for the next half second. */
  function pace(loadPerSec: number): number {
    const share = (perLook * dt) / model.jitterSec;
    jitter += -jitter * share + model.jitter * Math.sqrt(2 * share) * gauss();
    const sine = Math.sin((2 * Math.PI * (now + phase)) / model.driftPeriodSec);
    return Math.exp(jitter) * (1 + model.drift * sine) * warmUp(loadPerSec) * slowDown();
  }

  function warmUp(loadPerSec: number): number {
    if (model.coldShare === 1) return 1;
    const use = Math.min(1, loadPerSec / (WARMING_LOAD * model.ratePerSec));
    if (loadPerSec > 0) warmth += ((perLook * dt) / model.warmSec) * use * (1 - warmth);
    else warmth -= ((perLook * dt) / model.coolSec) * warmth;
    return model.coldShare + (1 - model.coldShare) * warmth;
  }

  function slowDown(): number {
    const behindSec = backlog / model.ratePerSec;
    if (behindSec > (model.diesAboveSec ?? Infinity)) dead = true;
    if (model.slowShare === 1) return 1;
    if (behindSec > model.slowAboveSec) slow = true;
    else if (slow && behindSec <= RECOVERED_BACKLOG_SEC && now > slowUntil) slow = false;
    if (slow && behindSec > RECOVERED_BACKLOG_SEC) slowUntil = now + model.slowHoldSec;
    return slow ? model.slowShare : 1;
  }

  /** Arrivals that a policer drops. */
  function policed(arrived: number): number {
    if (model.policePerSec === undefined || arrived === 0) return 0;
    tokens = Math.min(model.policePerSec, tokens + model.policePerSec * dt);
    const admitted = Math.min(arrived, tokens);
    tokens -= admitted;
    return arrived - admitted;
  }

  function pauseLeft(): number {
    if (now >= nextPause && model.pauseEverySec !== undefined) {
      const [shortest, longest] = model.pauseSec;
      pausedUntil = now + shortest + (longest - shortest) * random();
      nextPause = pausedUntil + exponential(random, model.pauseEverySec);
    }
    return Math.max(0, pausedUntil - now);
  }

  const lateShare = (waitSec: number): number => {
    if (waitSec >= model.deadlineSec) return 1;
    return tail[Math.floor(((model.deadlineSec - waitSec) / model.deadlineSec) * TAIL_CELLS)] ?? 1;
  };

  return {
    model,
    backlog: () => backlog,
    run(loadPerSec, durationSec, watch) {
      const steps = Math.max(1, Math.round(durationSec / dt));
      let offered = 0;
      let bad = 0;
      let dropped = 0;
      let served = 0;
      let harmSec = 0;
      let multiplier = 1;
      let done = 0;
      for (; done < steps; done++) {
        if (done % perLook === 0) {
          multiplier = pace(loadPerSec);
          if (done > 0 && watch?.({ elapsedSec: done * dt, offered, bad, backlog })) break;
        }
        const rate = Math.min(model.ratePerSec * multiplier, model.shapePerSec ?? Infinity);
        const arrived =
          loadPerSec > 0 ? Math.max(0, loadPerSec * dt + Math.sqrt(loadPerSec * dt) * gauss()) : 0;
        let lost = policed(arrived);
        const pausedSec = pauseLeft();
        const capacity = dead || pausedSec > 0 ? 0 : rate;
        const noise =
          capacity > 0 && loadPerSec > 0
            ? Math.sqrt(model.serviceVariance * rate * dt) * gauss()
            : 0;
        const before = backlog;
        const after = Math.max(0, before + arrived - lost - capacity * dt + noise);
        const room = model.bufferSec * model.ratePerSec;
        backlog = Math.min(room, after);
        lost += after - backlog;
        const waitSec = (before + backlog) / 2 / rate + pausedSec + (dead ? Infinity : 0);
        const badNow = lost + Math.max(0, arrived - lost) * lateShare(waitSec);
        const harmed =
          arrived > 0 ? badNow > HARMFUL_RATIO * arrived : backlog / rate > model.deadlineSec;
        if (harmed) harmSec += dt;
        served += before + arrived - lost - backlog;
        offered += arrived;
        bad += badNow;
        dropped += lost;
        now += dt;
      }
      return { offered, bad, dropped, served, elapsedSec: done * dt, harmSec };
    },
  };
}
