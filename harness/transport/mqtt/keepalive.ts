import { encodePingreq } from "./encode.ts";
import type { Outbox } from "./outbox.ts";

export interface KeepaliveOwner {
  /** The broker owes a PINGRESP and has sent nothing at all since the last check. */
  onSilence(): void;
}

/** For each second of keepalive: two checks apart is the longest silence, safely within it. */
const CHECK_MS = 400;

/** Pings while either side is quiet and notices a broker that does not answer. */
export class Keepalive {
  /** Set by whoever reads from the socket. */
  heard = false;
  private readonly outbox: Outbox;
  private readonly owner: KeepaliveOwner;
  private timer: NodeJS.Timeout | undefined;
  private pinged = false;

  constructor(outbox: Outbox, owner: KeepaliveOwner) {
    this.outbox = outbox;
    this.owner = owner;
  }

  /** 0 seconds: no keepalive. */
  start(keepAliveSec: number): void {
    if (keepAliveSec > 0) this.timer = setInterval(checkAlive, keepAliveSec * CHECK_MS, this);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  onPingresp(): void {
    this.pinged = false;
  }

  check(): void {
    const { heard, outbox } = this;
    if (this.pinged && !heard) {
      this.owner.onSilence();
      return;
    }
    // Also when only we talk: a QoS 0 sender would not notice a dead peer otherwise.
    if (!heard || !outbox.wrote) {
      this.pinged = true;
      outbox.add(encodePingreq());
      outbox.flush();
    }
    this.heard = false;
    outbox.wrote = false;
  }
}

function checkAlive(keepalive: Keepalive): void {
  keepalive.check();
}
