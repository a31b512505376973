import { describe, expect, test } from "vitest";
import type { ByteSink } from "./link.ts";
import { Outbox } from "./outbox.ts";
import { PACKET } from "./protocol.ts";
import { Workspace } from "./workspace.ts";

/** A socket whose kernel takes everything, or nothing while `stuck`. */
class FakeSocket implements ByteSink {
  readonly writes: Buffer[] = [];
  stuck = false;
  writableLength = 0;
  writableNeedDrain = false;
  readonly headroom = 0;
  send(bytes: Buffer, start: number, end: number): boolean {
    this.writes.push(Buffer.from(bytes.subarray(start, end)));
    if (this.stuck) {
      this.writableLength += end - start;
      this.writableNeedDrain = true;
    }
    return !this.stuck;
  }
  drain(): void {
    this.stuck = false;
    this.writableLength = 0;
    this.writableNeedDrain = false;
  }
}

function open(chunkBytes = 64, collectMs = 0) {
  const socket = new FakeSocket();
  const clock = { ms: 0 };
  const workspace = new Workspace({ chunkBytes, collectMs, now: () => clock.ms });
  return { socket, clock, workspace, outbox: new Outbox(socket, workspace) };
}

const packet = (bytes: number, fill: number) => Buffer.alloc(bytes, fill);

test("puts packets added together into one write", () => {
  const { socket, outbox } = open();
  outbox.add(packet(10, 1));
  outbox.addAck(PACKET.puback, 7, 0);
  outbox.add(packet(10, 2));
  expect(socket.writes).toEqual([]);
  outbox.flush();
  outbox.flush();
  const ack = Buffer.from([0x40, 2, 0, 7]);
  expect(socket.writes).toEqual([Buffer.concat([packet(10, 1), ack, packet(10, 2)])]);
});

test("copies, so the caller may rewrite its frame at once", () => {
  const { socket, outbox } = open();
  const frame = packet(4, 1);
  outbox.add(frame);
  frame.fill(2);
  outbox.add(frame);
  outbox.flush();
  expect(socket.writes[0]).toEqual(Buffer.from([1, 1, 1, 1, 2, 2, 2, 2]));
});

test("flushes by itself when the chunk is full, and keeps the order", () => {
  const { socket, outbox } = open();
  for (let i = 0; i < 5; i++) outbox.add(packet(30, i));
  outbox.add(packet(500, 9));
  outbox.add(packet(3, 10));
  outbox.flush();
  expect(socket.writes.map((bytes) => bytes.length)).toEqual([60, 60, 30, 500, 3]);
  expect(Buffer.concat(socket.writes)[120]).toBe(4);
});

test("reuses a chunk only once the kernel has its bytes", () => {
  const { socket, workspace, outbox } = open();
  outbox.add(packet(1, 1));
  outbox.flush();
  const reused = workspace.takeChunk();
  workspace.giveChunk(reused);
  socket.stuck = true;
  outbox.add(packet(1, 2));
  outbox.flush();
  expect(workspace.takeChunk()).not.toBe(reused);
});

describe("a socket that takes no more", () => {
  test("refuses room until it drains, and counts the time", () => {
    const { socket, clock, outbox } = open();
    expect(outbox.makeRoom(10)).toBe(true);
    socket.stuck = true;
    outbox.add(packet(10, 1));
    outbox.flush();
    expect(outbox.blocked).toBe(true);
    expect(outbox.makeRoom(10)).toBe(false);
    clock.ms = 5;
    expect(outbox.blockedMs).toBe(5);
    clock.ms = 8;
    socket.stuck = false;
    outbox.onDrain();
    clock.ms = 20;
    expect(outbox.blocked).toBe(false);
    expect(outbox.blockedMs).toBe(8);
    expect(outbox.makeRoom(10)).toBe(true);
  });

  test("is found out when making room forces a write", () => {
    const { socket, outbox } = open();
    outbox.add(packet(60, 1));
    socket.stuck = true;
    expect(outbox.makeRoom(10)).toBe(false);
    expect(socket.writes).toHaveLength(1);
  });

  test("keeps the acknowledgements the protocol owes until it drains", () => {
    const { socket, outbox } = open();
    socket.stuck = true;
    outbox.add(packet(10, 1));
    outbox.flush();
    for (let i = 1; i <= 4; i++) {
      outbox.addAck(PACKET.puback, i, 0);
      outbox.flush();
    }
    expect(socket.writes).toHaveLength(1);
    socket.drain();
    outbox.onDrain();
    expect(socket.writes.slice(1)).toEqual([
      Buffer.from("40020001400200024002000340020004", "hex"),
    ]);
  });

  test("is overfull once more acknowledgements wait than a reading peer would leave", () => {
    const { socket, outbox } = open();
    socket.stuck = true;
    let owed = 0;
    while (!outbox.overfull) outbox.addAck(PACKET.puback, (owed++ % 65_535) + 1, 0);
    expect(socket.writableLength).toBeGreaterThan(65_536);
    expect(socket.writableLength).toBeLessThan(70_000);
    socket.drain();
    outbox.onDrain();
    expect(outbox.overfull).toBe(false);
  });
});

describe("after a read", () => {
  test("flushes at once by default", () => {
    const { socket, outbox } = open();
    outbox.flushAfterRead();
    outbox.add(packet(1, 1));
    outbox.flushAfterRead();
    expect(socket.writes).toHaveLength(1);
  });

  test("collects over several reads and sessions when asked to", () => {
    const { socket, workspace, outbox } = open(64, 1000);
    const neighbour = new FakeSocket();
    const other = new Outbox(neighbour, workspace);
    outbox.add(packet(1, 1));
    outbox.flushAfterRead();
    outbox.add(packet(1, 2));
    outbox.flushAfterRead();
    other.add(packet(1, 3));
    other.flushAfterRead();
    expect(socket.writes).toEqual([]);
    workspace.flushCollected();
    expect(socket.writes).toEqual([Buffer.from([1, 2])]);
    expect(neighbour.writes).toEqual([Buffer.from([3])]);
  });
});

test("writes nothing once closed", () => {
  const { socket, outbox } = open();
  outbox.add(packet(1, 1));
  outbox.close();
  outbox.flush();
  expect(socket.writes).toEqual([]);
});
