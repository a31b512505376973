import type { Duplex } from "node:stream";
import type { Clock } from "../clock.ts";

/** Holds up the reading of a connection: what is not read stays with its sender. */
export interface Brake {
  hold(forMs: number): void;
}

/**
 * Works on a stream that is read on "readable", as aedes does it. aedes itself goes on reading
 * whatever its handlers wait for, so the stream is what must have nothing to give.
 */
export function createBrake(stream: Duplex, clock: Clock): Brake {
  const read = stream.read.bind(stream);
  let untilMs = 0;
  let timer: NodeJS.Timeout | undefined;
  stream.read = (size?: number): unknown => (timer === undefined ? read(size) : null);

  const wait = () => {
    const leftMs = untilMs - clock.nowMs();
    if (leftMs > 0) {
      timer = setTimeout(wait, leftMs).unref();
      return;
    }
    timer = undefined;
    if (!stream.destroyed) stream.emit("readable");
  };
  return {
    hold(forMs) {
      untilMs = clock.nowMs() + forMs;
      if (timer === undefined) wait();
    },
  };
}
