import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../cli/dashboard.ts";
import type { TestBroker } from "./session.suite.ts";

const MOSQUITTO = "/usr/sbin/mosquitto";
const LOOPBACK = { host: "127.0.0.1", port: 0 };

export interface Mosquitto extends TestBroker {
  readonly directory: string;
  /** Dies at once, as in a crash. */
  kill(): Promise<void>;
  /** Runs again after `kill`, on the same port. */
  start(): Promise<void>;
}

/** Lines of a mosquitto's configuration; they may name files of `directory`. */
export type MosquittoSettings = (directory: string) => Promise<readonly string[]>;

const ANONYMOUS: MosquittoSettings = async () => ["allow_anonymous true"];

/** Starts a mosquitto of its own, stopped and removed by `stop`. */
export async function startMosquitto(settings = ANONYMOUS): Promise<Mosquitto> {
  const directory = await mkdtemp(join(tmpdir(), "mqtt-brokers-"));
  const port = await freePort(LOOPBACK);
  const lines = [
    `listener ${port} 127.0.0.1`,
    // Started as root it would change to a user that may not read our files.
    "user root",
    "persistence false",
    "set_tcp_nodelay true",
    "log_type error",
    ...(await settings(directory)),
  ];
  const file = join(directory, "mosquitto.conf");
  await writeFile(file, `${lines.join("\n")}\n`);
  let child: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals) => {
    if (child?.kill(signal) === true) await once(child, "exit");
    child = undefined;
  };
  const start = async () => {
    const started = spawn(MOSQUITTO, ["-c", file], { stdio: "ignore" });
    child = started;
    await Promise.race([
      untilListening(port),
      once(started, "exit").then(() => Promise.reject(new Error("mosquitto did not start"))),
    ]);
  };
  await start();
  return {
    port,
    directory,
    start,
    kill: () => end("SIGKILL"),
    async stop() {
      await end("SIGTERM");
      await rm(directory, { recursive: true });
    },
  };
}

/** With a second listener for WebSockets: Debian's build will not run on that one alone. */
export async function startWebSocketMosquitto(settings = ANONYMOUS): Promise<Mosquitto> {
  const port = await freePort(LOOPBACK);
  const broker = await startMosquitto(async (directory) => [
    "allow_anonymous true",
    `listener ${port} 127.0.0.1`,
    "protocol websockets",
    ...(await settings(directory)),
  ]);
  await untilListening(port);
  return { ...broker, port, reach: { websocket: {} } };
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
