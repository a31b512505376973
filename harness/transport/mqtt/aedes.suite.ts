import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { Aedes, type AedesOptions } from "aedes";
import { createWebSocketStream, WebSocketServer } from "ws";
import type { TestBroker } from "./session.suite.ts";

export interface AedesBroker extends TestBroker {
  readonly aedes: Aedes;
  /** Drops all connections; the broker goes on. */
  readonly cut: () => void;
}

/** An in-process broker on TCP. */
export async function startAedes(options: AedesOptions = {}): Promise<AedesBroker> {
  const aedes = await Aedes.createBroker(options);
  return listen(
    aedes,
    createServer((socket) => void aedes.handle(socket)),
  );
}

/** The same behind a WebSocket server; `maxPayload` is the longest message it takes. */
export async function startWebSocketAedes(): Promise<AedesBroker> {
  const aedes = await Aedes.createBroker();
  const server = createHttpServer();
  const sockets = new WebSocketServer({ server, path: "/mqtt" });
  sockets.on("connection", (socket, request) => {
    aedes.handle(createWebSocketStream(socket), request);
  });
  return { ...(await listen(aedes, server)), reach: { websocket: {} } };
}

async function listen(aedes: Aedes, server: Server): Promise<AedesBroker> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const cut = () => sockets.forEach((socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    aedes,
    port: address.port,
    cut,
    async stop() {
      cut();
      server.close();
      await once(server, "close");
      aedes.close();
    },
  };
}
