import { erlang4, normal, type Random } from "../random.ts";
import { createPolicer, createShaper, type Gate, openGate } from "./gate.ts";
import type { ServiceModel } from "./model.ts";
import { createPauses } from "./pauses.ts";
import type { SharedResource } from "./shared.ts";
import { createSpeed } from "./speed.ts";

export interface Service {
  /** When the work that arrives now is done, or undefined when it never will be. */
  arrive(nowMs: number, cost?: number): number | undefined;
  /** How long work that arrives now would wait for the server. */
  backlogMs(nowMs: number): number;
  /** Forgets the work that waits. */
  clear(nowMs: number): void;
}

/** How much faster than its gate a server is that has one (scenarios G and H: 20,000 to 3,000). */
const BEHIND_GATE = 20 / 3;

/**
 * Lateness and loss come from the backlog alone, never from a random verdict. The work of a single
 * worker leaves in the order in which it came: the floor of one piece lets no later one overtake it.
 */
export function createService(
  model: ServiceModel,
  random: Random,
  shared?: SharedResource,
): Service {
  const { perSec, bufferMs, floorMedianMs, floorSigma, workers = 1, faults = {} } = model;
  const speed = createSpeed(model, random);
  const endOf = createPauses(faults.pauses, random);
  const { gate, behind } = createGate(model);
  const draw = createDraw(model.serviceCv2, random);
  const freeAtMs = Array.from({ length: workers }, () => Number.NEGATIVE_INFINITY);
  let lastDueMs = Number.NEGATIVE_INFINITY;
  let enteredMs = Number.NEGATIVE_INFINITY;
  let isDead = false;

  const backlogMs = (nowMs: number) =>
    Math.max(0, Math.max(soonest(freeAtMs), enteredMs) - nowMs, shared?.backlogMs(nowMs) ?? 0);

  const serve = (nowMs: number, enterMs: number, cost: number): number => {
    if (perSec === undefined) return nowMs;
    const worker = freeAtMs.indexOf(soonest(freeAtMs));
    const startMs = Math.max(enterMs, freeAtMs[worker] ?? enterMs);
    const meanMs = (workers * 1000 * cost) / (perSec * behind * speed.factorAt(startMs));
    const doneMs = endOf(startMs, meanMs * draw());
    freeAtMs[worker] = doneMs;
    return Math.max(doneMs, shared?.occupy(nowMs, (1000 * cost) / perSec) ?? doneMs);
  };

  return {
    arrive(nowMs, cost = 1) {
      const waitMs = backlogMs(nowMs);
      isDead ||= waitMs > (faults.diesAtMs ?? Number.POSITIVE_INFINITY);
      speed.observe(nowMs, waitMs, cost);
      if (isDead || waitMs > bufferMs) return undefined;
      const enterMs = gate(nowMs, cost);
      if (enterMs === undefined) return undefined;
      enteredMs = enterMs;
      const floorMs = floorMedianMs * Math.exp(floorSigma * normal(random));
      const dueMs = serve(nowMs, enterMs, cost) + floorMs;
      // Several workers overtake each other.
      lastDueMs = workers === 1 ? Math.max(lastDueMs, dueMs) : dueMs;
      return lastDueMs;
    },
    backlogMs,
    clear(nowMs) {
      for (const [at, free] of freeAtMs.entries()) freeAtMs[at] = Math.min(free, nowMs);
      enteredMs = Math.min(enteredMs, nowMs);
      lastDueMs = Math.min(lastDueMs, nowMs);
    },
  };
}

const soonest = (times: readonly number[]): number =>
  times.reduce((first, time) => Math.min(first, time));

function createGate({ perSec, faults }: ServiceModel): { gate: Gate; behind: number } {
  if (perSec === undefined || faults?.gate === undefined) return { gate: openGate, behind: 1 };
  const gate = faults.gate === "policer" ? createPolicer(perSec) : createShaper(perSec);
  return { gate, behind: BEHIND_GATE };
}

/** A service time with mean 1: Erlang-4, or lognormal where another spread is asked for. */
function createDraw(cv2: number | undefined, random: Random): () => number {
  if (cv2 === undefined) return () => erlang4(random);
  const sigma = Math.sqrt(Math.log(1 + cv2));
  return () => Math.exp(sigma * normal(random) - sigma ** 2 / 2);
}
