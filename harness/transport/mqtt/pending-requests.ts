import { MAX_PACKET_ID } from "./protocol.ts";
import { LAST_PUBLISH_ID } from "./publish-window.ts";

interface Request {
  readonly topics: number;
  resolve(codes: readonly number[]): void;
  reject(error: Error): void;
}

/** The SUBSCRIBEs and UNSUBSCRIBEs the broker has not answered yet. */
export class PendingRequests {
  private open: Map<number, Request> | undefined;
  private lastId = LAST_PUBLISH_ID;

  /** Makes a packet id and a promise of the broker's answer to it. */
  add(topics: number): { packetId: number; answer: Promise<readonly number[]> } {
    const open = (this.open ??= new Map());
    do this.lastId = this.lastId === MAX_PACKET_ID ? LAST_PUBLISH_ID + 1 : this.lastId + 1;
    while (open.has(this.lastId));
    const packetId = this.lastId;
    const answer = new Promise<readonly number[]>((resolve, reject) => {
      open.set(packetId, { topics, resolve, reject });
    });
    return { packetId, answer };
  }

  /** False if the answer does not fit any request. */
  answer(packetId: number, codes: readonly number[]): boolean {
    const request = this.open?.get(packetId);
    if (request === undefined) return false;
    if (codes.length > 0 && codes.length !== request.topics) return false;
    this.open?.delete(packetId);
    request.resolve(codes);
    return true;
  }

  rejectAll(makeError: () => Error): void {
    const open = this.open;
    this.open = undefined;
    open?.forEach((request) => request.reject(makeError()));
  }
}
