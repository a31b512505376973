/** A session the wheel watches. */
export interface Watched {
  /** Comes twice within each keepalive time: ping if it was quiet, give up if nothing answers. */
  checkAlive(): void;
}

/** A place in the wheel, to leave it by. */
export type WheelSlot = Set<Watched>;

/** For each second of keepalive: two checks apart is the longest silence, safely within it. */
const CHECK_MS = 400;
const TICK_MS = 20;

/** One timer for all sessions of a keepalive time, however many there are. */
export class KeepaliveWheel {
  private readonly rings = new Map<number, Ring>();

  /** Watches until `session` is deleted from the slot returned. */
  add(session: Watched, keepAliveSec: number): WheelSlot {
    const ticks = Math.max(1, Math.floor((keepAliveSec * CHECK_MS) / TICK_MS));
    let ring = this.rings.get(ticks);
    if (ring === undefined) {
      ring = new Ring(ticks);
      this.rings.set(ticks, ring);
    }
    return ring.add(session);
  }
}

/** Slots passed one a tick; a session joins the slot just passed, so its turn comes last. */
class Ring {
  private readonly slots: (WheelSlot | undefined)[];
  private position = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(ticks: number) {
    this.slots = Array.from({ length: ticks }, () => undefined);
  }

  add(session: Watched): WheelSlot {
    if (this.timer === undefined) {
      this.timer = setInterval(advance, TICK_MS, this);
      // Sockets keep the process running, the wheel by itself does not.
      this.timer.unref();
    }
    const slot = (this.slots[this.position] ??= new Set());
    slot.add(session);
    return slot;
  }

  advance(): void {
    this.position = (this.position + 1) % this.slots.length;
    const slot = this.slots[this.position];
    if (slot !== undefined) {
      for (const session of slot) session.checkAlive();
      if (slot.size === 0) this.slots[this.position] = undefined;
    }
    if (this.position === 0 && this.slots.every((s) => s === undefined)) this.stop();
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

function advance(ring: Ring): void {
  ring.advance();
}
