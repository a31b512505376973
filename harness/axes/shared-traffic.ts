import type { Envelope } from "../transport/envelope.ts";
import type { UnitTraffic } from "./connected-units.ts";

/** Several drivers hear the same Units; each knows its own messages by the step they are of. */
export class SharedTraffic implements UnitTraffic {
  readonly #drivers: readonly UnitTraffic[];

  constructor(drivers: readonly UnitTraffic[]) {
    this.#drivers = drivers;
  }

  arrived(envelope: Envelope, atMs: number): void {
    for (const driver of this.#drivers) driver.arrived(envelope, atMs);
  }

  arrivedCounted(stream: number, mark: number, atMs: number): void {
    for (const driver of this.#drivers) driver.arrivedCounted(stream, mark, atMs);
  }

  damaged(envelope: Envelope): void {
    for (const driver of this.#drivers) driver.damaged(envelope);
  }

  acknowledged(tag: number, code: number): void {
    for (const driver of this.#drivers) driver.acknowledged(tag, code);
  }
}
