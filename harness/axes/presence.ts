import { type Clock, pause } from "../load/clock.ts";
import type { Contact } from "../transport/http/failure.ts";

/** So many connections failing in a row, and not one answer between, are no overload any more. */
const BROKEN_AFTER = 20;

/** Whether the target is there at all, from what the requests of one step met. */
export class Presence {
  #answers = 0;
  #failures = 0;
  #inARow = 0;
  #lastClass = "";

  note(contact: Contact, errorClass: string | undefined): void {
    switch (contact) {
      case "answered":
        this.#answers++;
        this.#inARow = 0;
        return;
      case "no-connection":
        this.#failures++;
        this.#inARow++;
        this.#lastClass = errorClass ?? "";
        return;
      case "silent":
        return;
      default:
        return contact satisfies never;
    }
  }

  /** Why the step cannot go on, or null. */
  get broken(): string | null {
    if (this.#inARow < BROKEN_AFTER) return null;
    return `${this.#inARow} connections in a row failed (${this.#lastClass})`;
  }

  /** Nothing answered and something failed, or it broke: ask before offering more. */
  get doubtful(): boolean {
    return this.broken !== null || (this.#answers === 0 && this.#failures > 0);
  }
}

/** How long a target may stay away, as for a restart, before the run is given up. */
const RESTART_MS = 10_000;
const BETWEEN_MS = 500;

/** Returns once `check` passes; throws what it threw last when the target stays away. */
export async function surviveRestart(
  check: (signal: AbortSignal) => Promise<void>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const untilMs = clock.now() + RESTART_MS;
  for (;;) {
    try {
      await check(signal);
      return;
    } catch (error) {
      if (signal.aborted || clock.now() + BETWEEN_MS > untilMs) throw error;
    }
    await pause(clock, BETWEEN_MS, signal);
  }
}
