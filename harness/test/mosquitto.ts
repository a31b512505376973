import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../cli/dashboard.ts";

/** Debian's mosquitto on a port of its own, that can be killed and started again there. */
export interface Mosquitto extends AsyncDisposable {
  readonly port: number;
  kill(): Promise<void>;
  start(): Promise<void>;
}

export async function openMosquitto(...lines: readonly string[]): Promise<Mosquitto> {
  const port = await freePort({ host: "127.0.0.1", port: 0 });
  const folder = await mkdtemp(join(tmpdir(), "loadstone-mosquitto-"));
  const file = join(folder, "mosquitto.conf");
  const listener = [`listener ${port} 127.0.0.1`, "allow_anonymous true", ...lines];
  await writeFile(file, `${listener.join("\n")}\n`, { mode: 0o644 });
  let child: ChildProcess | undefined;
  const broker: Mosquitto = {
    port,
    kill: async () => {
      if (child === undefined) return;
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      child = undefined;
    },
    start: async () => {
      child = spawn("/usr/sbin/mosquitto", ["-c", file], { stdio: "ignore" });
      await listening(port);
    },
    [Symbol.asyncDispose]: async () => {
      await broker.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await broker.start();
  return broker;
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const open = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (open) return;
  }
}
