import type { Clock } from "../clock.ts";
import { createDueLine } from "./due-line.ts";
import type { Service } from "./service.ts";

/** A service in real time. */
export interface Station {
  /** Runs `done` when the service is over; false when the buffer is full and it never will. */
  admit(done: () => void, cost?: number): boolean;
  /** Forgets the work that waits: nobody wants it any more. */
  clear(): void;
  close(): void;
}

/** A server that is never busy: work is done when it comes. */
export const idleStation: Station = {
  admit(done) {
    done();
    return true;
  },
  clear() {},
  close() {},
};

/** Puts a service model behind a line of work that is run when it is due. */
export function createStation(service: Service, clock: Clock): Station {
  const line = createDueLine(clock);
  return {
    admit(done, cost) {
      const dueMs = service.arrive(clock.nowMs(), cost);
      if (dueMs === undefined) return false;
      line.push(dueMs, done);
      return true;
    },
    clear() {
      service.clear(clock.nowMs());
      line.close();
    },
    close: () => line.close(),
  };
}
