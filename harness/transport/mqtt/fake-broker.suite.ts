import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { type Packet, parser as createParser } from "mqtt-packet";
import type { TestBroker } from "./session.suite.ts";

/** One client's connection to the fake broker. */
export interface FakeClient {
  readonly socket: Socket;
  /** Everything the client has sent. */
  readonly packets: Packet[];
  /** Sends bytes given in hexadecimal; spaces are for the reader. */
  send(hex: string): void;
  /** Resolves with the `count`-th packet of this kind, now or later. */
  packet<C extends Packet["cmd"]>(cmd: C, count?: number): Promise<Extract<Packet, { cmd: C }>>;
}

export interface FakeBroker extends TestBroker {
  /** The next client to connect that was not asked for yet. */
  client(): Promise<FakeClient>;
}

export const CONNACK = "20 02 0000";
export const CONNACK_SESSION_PRESENT = "20 02 0100";
export const PINGRESP = "d0 00";

/**
 * A broker that does nothing by itself but answer CONNECT with `greeting` (nothing if empty):
 * the test plays its part.
 */
export async function startFakeBroker(greeting: string, protocol: 4 | 5 = 4): Promise<FakeBroker> {
  const clients: FakeClient[] = [];
  const sockets = new Set<Socket>();
  let asked = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    clients.push(fakeClient(socket, greeting, protocol));
    server.emit("client");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    async client() {
      const index = asked++;
      while (clients[index] === undefined) await once(server, "client");
      return clients[index];
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function fakeClient(socket: Socket, greeting: string, protocol: 4 | 5): FakeClient {
  const packets: Packet[] = [];
  const send = (hex: string): void => {
    socket.write(Buffer.from(hex.replaceAll(" ", ""), "hex"));
  };
  const parser = createParser({ protocolVersion: protocol });
  parser.on("packet", (packet) => {
    packets.push(packet);
    if (packet.cmd === "connect" && greeting !== "") send(greeting);
    socket.emit("mqtt");
  });
  parser.on("error", (error) => socket.destroy(error));
  socket.on("data", (chunk) => parser.parse(chunk));
  return {
    socket,
    packets,
    send,
    async packet(cmd, count = 1) {
      for (;;) {
        const found = packets.filter(isCommand(cmd))[count - 1];
        if (found !== undefined) return found;
        await once(socket, "mqtt");
      }
    },
  };
}

function isCommand<C extends Packet["cmd"]>(cmd: C) {
  return (packet: Packet): packet is Extract<Packet, { cmd: C }> => packet.cmd === cmd;
}
