import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestBroker } from "./session.suite.ts";

const MOSQUITTO = "/usr/sbin/mosquitto";

export interface Mosquitto extends TestBroker {
  readonly directory: string;
}

/** Lines of a mosquitto's configuration; they may name files of `directory`. */
export type MosquittoSettings = (directory: string) => Promise<readonly string[]>;

const ANONYMOUS: MosquittoSettings = async () => ["allow_anonymous true"];

/** Starts a mosquitto of its own, stopped and removed by `stop`. */
export async function startMosquitto(settings = ANONYMOUS): Promise<Mosquitto> {
  const directory = await mkdtemp(join(tmpdir(), "mqtt-brokers-"));
  const port = await freePort();
  const lines = [
    `listener ${port} 127.0.0.1`,
    // Started as root it would change to a user that may not read our files.
    "user root",
    "persistence false",
    "set_tcp_nodelay true",
    "log_type error",
    ...(await settings(directory)),
  ];
  await writeFile(join(directory, "mosquitto.conf"), `${lines.join("\n")}\n`);
  const child = spawn(MOSQUITTO, ["-c", join(directory, "mosquitto.conf")], { stdio: "ignore" });
  await Promise.race([
    untilListening(port),
    once(child, "exit").then(() => Promise.reject(new Error("mosquitto did not start"))),
  ]);
  return {
    port,
    directory,
    async stop() {
      child.kill();
      await once(child, "exit");
      await rm(directory, { recursive: true });
    },
  };
}

/** With a second listener for WebSockets: Debian's build will not run on that one alone. */
export async function startWebSocketMosquitto(settings = ANONYMOUS): Promise<Mosquitto> {
  const port = await freePort();
  const broker = await startMosquitto(async (directory) => [
    "allow_anonymous true",
    `listener ${port} 127.0.0.1`,
    "protocol websockets",
    ...(await settings(directory)),
  ]);
  await untilListening(port);
  return { ...broker, port, reach: { websocket: {} } };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  server.close();
  await once(server, "close");
  return address.port;
}

async function untilListening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const connected = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
  }
}
