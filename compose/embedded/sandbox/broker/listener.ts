import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { Clock } from "../clock.ts";
import { createPace } from "./pace.ts";

export interface ListenerOptions {
  readonly clock: Clock;
  readonly connectsPerSec: number;
  readonly accept: (socket: Socket) => void;
}

export interface Listener {
  /** The port that it listens on. */
  listen(host: string, port: number): Promise<number>;
  /** Takes no more connections and ends those that it has. */
  close(): void;
}

const MAX_CLIENTS = 10_000;

/** The MQTT port: connections beyond the rate wait, as they would in the listener's backlog. */
export function createListener({ clock, connectsPerSec, accept }: ListenerOptions): Listener {
  const pace = createPace(connectsPerSec);
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.on("error", () => {}); // the broker hears of it by the end of the stream
    const admit = () => {
      if (!socket.destroyed) accept(socket);
    };
    const waitMs = pace(clock.nowMs());
    if (waitMs === 0) admit();
    else setTimeout(admit, waitMs).unref();
  });
  server.maxConnections = MAX_CLIENTS;
  return {
    async listen(host, port) {
      server.listen(port, host);
      await once(server, "listening");
      const bound = server.address();
      if (bound === null || typeof bound === "string") throw new Error("no port number");
      return bound.port;
    },
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
