import { type ChildProcess, execFile, spawn } from "node:child_process";
import { constants } from "node:fs";
import { access, readdir, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const runFile = promisify(execFile);

/** Debian keeps brokers where a user's PATH does not look. */
const SYSTEM_FOLDERS = ["/usr/sbin", "/usr/local/sbin"];
const STDERR_KEPT = 600;
const CLOCK_TICKS_PER_SEC = 100;
/** Fields of `/proc/PID/stat` counted from the state, which follows the name. */
const STAT = { group: 2, userTicks: 11, systemTicks: 12, residentPages: 21 } as const;
const PAGE_KB = 4;

/** Where a program is, or undefined when it is not installed. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of [...(process.env["PATH"] ?? "").split(delimiter), ...SYSTEM_FOLDERS]) {
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

/** The first line a command prints, whatever it ends with. */
export async function firstLineOf(program: string, ...args: readonly string[]): Promise<string> {
  const said = await runFile(program, args, { timeout: 10_000 }).catch(
    (error: { stdout?: string; stderr?: string }) => error,
  );
  return `${said.stdout ?? ""}\n${said.stderr ?? ""}`.trim().split("\n")[0] ?? "";
}

/** Puts generator and target on a core each, where that can be done. */
export interface Pinning {
  readonly cores: { readonly generator: number; readonly target: number } | null;
  generator(command: readonly string[]): readonly string[];
  target(command: readonly string[]): readonly string[];
}

export async function openPinning(): Promise<Pinning> {
  const taskset = await findProgram("taskset");
  const [generator, target] = await allowedCores();
  if (taskset === undefined || generator === undefined || target === undefined) {
    return { cores: null, generator: (command) => command, target: (command) => command };
  }
  const on = (core: number) => (command: readonly string[]) => [
    taskset,
    "--cpu-list",
    String(core),
    ...command,
  ];
  return { cores: { generator, target }, generator: on(generator), target: on(target) };
}

async function allowedCores(): Promise<readonly number[]> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const list = /Cpus_allowed_list:\s*(\S+)/.exec(status)?.[1] ?? "";
  return list.split(",").flatMap((range) => {
    const [from = Number.NaN, to = from] = range.split("-").map(Number);
    return Number.isNaN(from) ? [] : Array.from({ length: to - from + 1 }, (_, at) => from + at);
  });
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  /** The last of it. */
  readonly stderr: string;
}

/** A program in a process group of its own. */
export class Running implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = "";
  #stderr = "";

  constructor(command: readonly string[]) {
    const [program = "", ...args] = command;
    this.child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], detached: true });
    const { pid } = this.child;
    // A group of its own gets no Ctrl-C: it must not outlive us.
    const leaveNothing = () => pid !== undefined && kill(-pid);
    process.once("exit", leaveNothing);
    this.child.once("close", () => process.off("exit", leaveNothing));
    this.child.stdin?.on("error", () => {});
    this.child.stdout?.on("data", (chunk: Buffer) => {
      this.stdout += chunk.toString();
    });
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT);
    });
    this.ended = new Promise((resolve) => {
      this.child.once("error", (error) => this.#end(resolve, null, error.message));
      this.child.once("close", (code) => this.#end(resolve, code, this.#stderr));
    });
  }

  /** CPU of its process group so far, and the memory it holds now. */
  async usage(): Promise<{ cpuMs: number; rssKb: number }> {
    const stats = await Promise.all((await readdir("/proc")).map(statOf));
    const own = stats.filter((fields) => fields[STAT.group] === String(this.child.pid));
    const sum = (at: number) => own.reduce((total, fields) => total + Number(fields[at] ?? 0), 0);
    const ticks = sum(STAT.userTicks) + sum(STAT.systemTicks);
    return {
      cpuMs: (ticks * 1000) / CLOCK_TICKS_PER_SEC,
      rssKb: sum(STAT.residentPages) * PAGE_KB,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { pid, exitCode, signalCode } = this.child;
    if (pid !== undefined && exitCode === null && signalCode === null) kill(-pid);
    await this.ended;
  }

  #end(resolve: (ended: Ended) => void, code: number | null, stderr: string): void {
    resolve({ code, stdout: this.stdout, stderr: stderr.trim() });
  }
}

async function statOf(entry: string): Promise<readonly string[]> {
  if (!/^\d+$/.test(entry)) return [];
  // It may be gone by now.
  const stat = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function kill(group: number): void {
  try {
    process.kill(group, "SIGKILL");
  } catch {
    // ESRCH: all of it has ended.
  }
}

/** Runs a program to its end; one that takes longer than `timeoutMs` is killed. */
export async function runToEnd(command: readonly string[], timeoutMs: number): Promise<Ended> {
  await using running = new Running(command);
  const timer = setTimeout(() => void running[Symbol.asyncDispose](), timeoutMs);
  const ended = await running.ended;
  clearTimeout(timer);
  return ended;
}
