import type { SubackType } from "./parse.ts";
import { MAX_PACKET_ID } from "./protocol.ts";
import { LAST_PUBLISH_ID } from "./publish-window.ts";

interface Request {
  readonly answeredBy: SubackType;
  readonly topics: number;
  resolve(codes: readonly number[]): void;
  reject(error: Error): void;
}

/** The SUBSCRIBEs and UNSUBSCRIBEs the broker has not answered yet. */
export class PendingRequests {
  private readonly open = new Map<number, Request>();
  private lastId = LAST_PUBLISH_ID;

  /** Makes a packet id and a promise of the broker's answer to it. */
  add(
    answeredBy: SubackType,
    topics: number,
  ): { packetId: number; answer: Promise<readonly number[]> } {
    do this.lastId = this.lastId === MAX_PACKET_ID ? LAST_PUBLISH_ID + 1 : this.lastId + 1;
    while (this.open.has(this.lastId));
    const packetId = this.lastId;
    const answer = new Promise<readonly number[]>((resolve, reject) => {
      this.open.set(packetId, { answeredBy, topics, resolve, reject });
    });
    return { packetId, answer };
  }

  /** False if the answer does not fit any request. */
  answer(type: SubackType, packetId: number, codes: readonly number[]): boolean {
    const request = this.open.get(packetId);
    if (request === undefined || request.answeredBy !== type) return false;
    if (codes.length > 0 && codes.length !== request.topics) return false;
    this.open.delete(packetId);
    request.resolve(codes);
    return true;
  }

  rejectAll(makeError: () => Error): void {
    for (const request of this.open.values()) request.reject(makeError());
    this.open.clear();
  }
}
