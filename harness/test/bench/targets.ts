import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { freePort } from "../../cli/dashboard.ts";
import { LoadstoneError } from "../../errors.ts";
import { typescript } from "./command.ts";
import type { Peer } from "./peers.ts";
import { type Pinning, Running } from "./programs.ts";
import type { Arrivals } from "./rows.ts";
import type { TargetName } from "./schema.ts";

/** What the generators send to. */
export interface BenchTarget extends AsyncDisposable {
  readonly name: TargetName;
  readonly port: number;
  /** Set when it counts what it gets. */
  readonly sink?: Sink;
}

const LISTEN_TIMEOUT_MS = 10_000;
const LOOK_MS = 20;

const Counts = z.object({ publishes: z.number(), requests: z.number(), connections: z.number() });
const ArrivalErrors = z.object({
  arrivalErrorP50Ms: z.number().nonnegative().optional(),
  arrivalErrorP99Ms: z.number().nonnegative().optional(),
});

/** The null target, in C where there is a compiler and in Node where not; both talk alike. */
export class Sink implements BenchTarget {
  readonly name = "sink";
  readonly port: number;
  readonly sink = this;
  readonly #running: Running;
  readonly #answers: Interface;

  private constructor(running: Running, answers: Interface, port: number) {
    this.#running = running;
    this.#answers = answers;
    this.port = port;
  }

  static async start(peer: Peer, pinning: Pinning): Promise<Sink> {
    const inNode = typescript(fileURLToPath(new URL("node-sink.ts", import.meta.url)));
    const running = new Running(pinning.target("path" in peer ? [peer.path] : inNode));
    const { stdout } = running.child;
    if (stdout === null) throw new Error("the sink was started without a pipe");
    const answers = createInterface({ input: stdout });
    const [line]: unknown[] = await Promise.race([
      once(answers, "line"),
      running.ended.then(({ stderr }) => {
        throw new LoadstoneError("TARGET_UNREACHABLE", `the sink ended: ${stderr}`);
      }),
    ]);
    return new Sink(running, answers, Number(line));
  }

  async count(): Promise<z.infer<typeof Counts>> {
    return Counts.parse(await this.#ask("count"));
  }

  /** Notes arrivals from now on; the first `skip` are warming up. */
  async pace(perSec: number, skip: number): Promise<void> {
    await this.#ask(`pace ${perSec} ${skip}`);
  }

  async arrivals(): Promise<Arrivals> {
    return ArrivalErrors.parse(await this.#ask("arrivals"));
  }

  async #ask(command: string): Promise<unknown> {
    const answer = once(this.#answers, "line");
    this.#running.child.stdin?.write(`${command}\n`);
    const [line]: unknown[] = await answer;
    return JSON.parse(String(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running[Symbol.asyncDispose]();
  }
}

/** Debian's mosquitto as it comes, but for its limits. */
export class Mosquitto implements BenchTarget {
  readonly name = "mosquitto";
  readonly port: number;
  readonly #running: Running;

  private constructor(running: Running, port: number) {
    this.#running = running;
    this.port = port;
  }

  static async start(program: string, folder: string, pinning: Pinning): Promise<Mosquitto> {
    const port = await freePort({ host: "127.0.0.1", port: 0 });
    const file = join(folder, `mosquitto-${port}.conf`);
    const lines = [`listener ${port} 127.0.0.1`, "allow_anonymous true", "max_connections -1"];
    await writeFile(file, `${lines.join("\n")}\n`, { mode: 0o644 });
    const running = new Running(pinning.target([program, "-c", file]));
    await untilListening(port, running);
    return new Mosquitto(running, port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running[Symbol.asyncDispose]();
  }
}

async function untilListening(port: number, running: Running): Promise<void> {
  let over = false;
  void running.ended.then(() => {
    over = true;
  });
  const untilMs = performance.now() + LISTEN_TIMEOUT_MS;
  while (!(await isListening(port))) {
    if (over || performance.now() > untilMs) {
      await running[Symbol.asyncDispose]();
      const { stderr } = await running.ended;
      throw new LoadstoneError("TARGET_UNREACHABLE", `mosquitto does not listen: ${stderr}`);
    }
    await pause(LOOK_MS);
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const open = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
  socket.destroy();
  return open;
}
