import type { Socket } from "node:net";
import { PACKET } from "../transport/mqtt/protocol.ts";

/**
 * The least broker there can be: it accepts everybody, acknowledges at once and hands each message
 * to the one client that listens to its topic. What a generator reaches against it is what the
 * generator can do at all. MQTT 3.1.1 from our own transport; anything else is not its business.
 */
export class NullBroker {
  readonly #listeners = new Map<string, NullClient>();
  readonly #written = new Set<NullClient>();

  connected(socket: Socket): void {
    const client = new NullClient(socket, this);
    socket.setNoDelay(true);
    // A generator that leaves in haste is no concern of ours.
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => client.read(chunk));
  }

  listen(topic: string, client: NullClient): void {
    this.#listeners.set(topic, client);
  }

  listenerOf(topic: string): NullClient | undefined {
    return this.#listeners.get(topic);
  }

  /** Writes once for all that one turn of the event loop has read. */
  flushLater(client: NullClient): void {
    if (this.#written.size === 0) setImmediate(() => this.#flush());
    this.#written.add(client);
  }

  #flush(): void {
    for (const client of this.#written) client.flush();
    this.#written.clear();
  }
}

const CONNACK = Buffer.from([PACKET.connack << 4, 2, 0, 0]);
const PINGRESP = Buffer.from([PACKET.pingresp << 4, 0]);
const DUP = 0x08;
const NOTHING = Buffer.alloc(0);

class NullClient {
  readonly #socket: Socket;
  readonly #broker: NullBroker;
  #half: Buffer = NOTHING;
  #out: Buffer[] = [];
  #packetId = 0;

  constructor(socket: Socket, broker: NullBroker) {
    this.#socket = socket;
    this.#broker = broker;
  }

  /** Takes whole packets out of a stream cut anywhere. */
  read(chunk: Buffer): void {
    const bytes = this.#half.length === 0 ? chunk : Buffer.concat([this.#half, chunk]);
    let at = 0;
    for (;;) {
      const packet = packetAt(bytes, at);
      if (packet === undefined) break;
      this.#take(bytes, at, packet.bodyAt, packet.end);
      at = packet.end;
    }
    this.#half = at === bytes.length ? NOTHING : Buffer.from(bytes.subarray(at));
  }

  flush(): void {
    const [only] = this.#out;
    if (only === undefined || this.#socket.destroyed) return;
    this.#socket.write(this.#out.length === 1 ? only : Buffer.concat(this.#out));
    this.#out = [];
  }

  #take(bytes: Buffer, start: number, bodyAt: number, end: number): void {
    const type = (bytes[start] ?? 0) >> 4;
    if (type === PACKET.publish) this.#publish(bytes.subarray(start, end), bodyAt - start);
    else if (type === PACKET.connect) this.#send(CONNACK);
    else if (type === PACKET.subscribe) this.#subscribe(bytes.subarray(bodyAt, end));
    else if (type === PACKET.pingreq) this.#send(PINGRESP);
    else if (type === PACKET.disconnect) this.#socket.end();
    else if (type === PACKET.pubrec) this.#answer(PACKET.pubrel, bytes.readUInt16BE(bodyAt));
    else if (type === PACKET.pubrel) this.#answer(PACKET.pubcomp, bytes.readUInt16BE(bodyAt));
  }

  #publish(frame: Buffer, bodyAt: number): void {
    const topicEnd = bodyAt + 2 + frame.readUInt16BE(bodyAt);
    const qos = ((frame[0] ?? 0) >> 1) & 3;
    if (qos > 0) {
      const packetId = frame.readUInt16BE(topicEnd);
      this.#answer(qos === 1 ? PACKET.puback : PACKET.pubrec, packetId);
    }
    const topic = frame.toString("latin1", bodyAt + 2, topicEnd);
    this.#broker.listenerOf(topic)?.deliver(frame, qos > 0 ? topicEnd : 0);
  }

  /** @param packetIdAt where the frame has its packet id; 0 where it has none. */
  deliver(frame: Buffer, packetIdAt: number): void {
    const copy = Buffer.from(frame);
    if (packetIdAt > 0) {
      copy[0] = (copy[0] ?? 0) & ~DUP;
      this.#packetId = (this.#packetId % 65_535) + 1;
      copy.writeUInt16BE(this.#packetId, packetIdAt);
    }
    this.#send(copy);
  }

  #subscribe(body: Buffer): void {
    const codes: number[] = [];
    for (let at = 2; at < body.length; ) {
      const end = at + 2 + body.readUInt16BE(at);
      this.#broker.listen(body.toString("latin1", at + 2, end), this);
      codes.push((body[end] ?? 0) & 3);
      at = end + 1;
    }
    const head = [PACKET.suback << 4, 2 + codes.length, body[0] ?? 0, body[1] ?? 0];
    this.#send(Buffer.from([...head, ...codes]));
  }

  #answer(type: number, packetId: number): void {
    const first = (type << 4) | (type === PACKET.pubrel ? 2 : 0);
    this.#send(Buffer.from([first, 2, packetId >> 8, packetId & 0xff]));
  }

  #send(packet: Buffer): void {
    this.#out.push(packet);
    this.#broker.flushLater(this);
  }
}

/** Where a packet's body begins and ends; undefined until all of it is there. */
function packetAt(
  bytes: Buffer,
  at: number,
): { readonly bodyAt: number; readonly end: number } | undefined {
  let length = 0;
  for (let i = 1; i <= 4; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** (i - 1);
    if (byte < 0x80) {
      const end = at + i + 1 + length;
      return end <= bytes.length ? { bodyAt: at + i + 1, end } : undefined;
    }
  }
  return undefined;
}
