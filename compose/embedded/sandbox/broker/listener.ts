import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { Clock } from "../clock.ts";
import type { LimitsInForce } from "./limits.ts";
import { createPace } from "./pace.ts";

export interface ListenerOptions {
  readonly clock: Clock;
  readonly limits: LimitsInForce;
  /** Connections that the machine can hold, whatever the limit says. */
  readonly room?: number | undefined;
  readonly accept: (socket: Socket) => void;
}

export interface Listener {
  /** The port that it listens on. */
  listen(host: string, port: number): Promise<number>;
  /** Bytes of all connections so far. */
  bytes(): { readonly received: number; readonly sent: number };
  /** Takes no more connections and ends those that it has. */
  close(): void;
}

/** The MQTT port: connections beyond the rate wait, as they would in the listener's backlog. */
export function createListener(options: ListenerOptions): Listener {
  const { clock, limits, room = Number.POSITIVE_INFINITY, accept } = options;
  const past = { received: 0, sent: 0 };
  let pace = createPace(limits.now.connectsPerSec);
  let pacedPerSec = limits.now.connectsPerSec;
  const paceNow = () => {
    const { connectsPerSec, connections } = limits.now;
    server.maxConnections = Math.min(connections, room);
    if (connectsPerSec !== pacedPerSec) pace = createPace(connectsPerSec);
    pacedPerSec = connectsPerSec;
    return pace(clock.nowMs());
  };
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.once("close", () => {
      open.delete(socket);
      past.received += socket.bytesRead;
      past.sent += socket.bytesWritten;
    });
    socket.on("error", () => {}); // the broker hears of it by the end of the stream
    const admit = () => {
      if (!socket.destroyed) accept(socket);
    };
    const waitMs = paceNow();
    if (waitMs === 0) admit();
    else setTimeout(admit, waitMs).unref();
  });
  server.maxConnections = Math.min(limits.now.connections, room);
  return {
    async listen(host, port) {
      server.listen(port, host);
      await once(server, "listening");
      const bound = server.address();
      if (bound === null || typeof bound === "string") throw new Error("no port number");
      return bound.port;
    },
    bytes() {
      let { received, sent } = past;
      for (const socket of open) {
        received += socket.bytesRead;
        sent += socket.bytesWritten;
      }
      return { received, sent };
    },
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
