/** What decides how many threads send. */
export interface WorkerRoom {
  readonly asked: number | "auto";
  readonly cores: number;
  /** The target runs on this machine, and needs cores as well. */
  readonly isTargetHere: boolean;
}

/** The most that a run may come to. */
export interface MostLoad {
  readonly units: number;
  readonly perSec: number;
}

/** Below this a second thread has nothing to do that the first could not. */
const PER_SEC_EACH = 10_000;
const UNITS_EACH = 5000;

/**
 * Threads that send. `auto` leaves one core to the main thread, or half of them where the target is
 * on this machine, and takes no more threads than the run can use. A pair of Units is never parted.
 */
export function workersFor(room: WorkerRoom, { units, perSec }: MostLoad): number {
  const pairs = Math.max(1, Math.floor(units / 2));
  if (room.asked !== "auto") return Math.min(room.asked, pairs);
  const free = room.isTargetHere ? Math.floor(room.cores / 2) : room.cores - 1;
  const useful = Math.max(Math.ceil(perSec / PER_SEC_EACH), Math.ceil(units / UNITS_EACH));
  return Math.max(1, Math.min(free, useful, pairs));
}
