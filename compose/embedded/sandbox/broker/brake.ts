import type { Duplex } from "node:stream";
import type { Clock } from "../clock.ts";

/** Holds up the reading of a connection: what is not read stays with its sender. */
export interface Brake {
  hold(forMs: number): void;
}

/**
 * Works on a stream that is read on "readable", as aedes does it. aedes itself goes on reading
 * whatever its handlers wait for, so the stream is what must have nothing to give. It gives
 * `atOnceBytes` at most, or a sender could hand in hundreds of messages before the brake grips.
 */
export function createBrake(
  stream: Duplex,
  clock: Clock,
  atOnceBytes = Number.POSITIVE_INFINITY,
): Brake {
  const read = stream.read.bind(stream);
  let untilMs = 0;
  let timer: NodeJS.Timeout | undefined;
  const goOn = () => {
    if (timer === undefined && !stream.destroyed) stream.emit("readable");
  };
  stream.read = (size?: number | null): unknown => {
    if (timer !== undefined) return null;
    // The stream itself reads 0 bytes to be filled.
    const isAll = size === undefined || size === null;
    if (!isAll || stream.readableLength <= atOnceBytes) return read(size ?? undefined);
    // Nothing else tells that there is more: part of a packet may be all that was given.
    setImmediate(goOn);
    return read(atOnceBytes);
  };

  const wait = () => {
    const leftMs = untilMs - clock.nowMs();
    if (leftMs > 0) {
      timer = setTimeout(wait, leftMs).unref();
      return;
    }
    timer = undefined;
    goOn();
  };
  return {
    hold(forMs) {
      untilMs = clock.nowMs() + forMs;
      if (timer === undefined) wait();
    },
  };
}
