import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram, runToEnd } from "./programs.ts";

/** A program ready to run, or why there is none and how to get it. */
export type Peer =
  | { readonly path: string }
  | { readonly skipped: string; readonly hint?: string | undefined };

const FLAGS = ["-O2", "-std=gnu17", "-D_GNU_SOURCE", "-Wall"];
const COMPILE_TIMEOUT_MS = 60_000;
const STDERR_SHOWN = 200;

export const peerSource = (file: string): string =>
  fileURLToPath(new URL(`peers/${file}`, import.meta.url));

/** Compiles the C programs of `peers/` into a folder that goes with it. */
export class Workshop implements Disposable {
  readonly folder: string;
  readonly #compiler: string | undefined;

  readonly #remove = (): void => rmSync(this.folder, { recursive: true, force: true });

  private constructor(folder: string, compiler: string | undefined) {
    this.folder = folder;
    this.#compiler = compiler;
    // An interrupt ends us without disposing.
    process.once("exit", this.#remove);
  }

  static async open(): Promise<Workshop> {
    const compiler = (await findProgram("cc")) ?? (await findProgram("gcc"));
    return new Workshop(await mkdtemp(join(tmpdir(), "loadstone-bench-")), compiler);
  }

  /** @param hint what to install when it does not compile. */
  async build(name: string, libraries: readonly string[] = [], hint?: string): Promise<Peer> {
    if (this.#compiler === undefined) {
      return { skipped: "there is no C compiler", hint: "apt-get install gcc libc6-dev" };
    }
    const path = join(this.folder, name);
    const linked = libraries.map((library) => `-l${library}`);
    const { code, stderr } = await runToEnd(
      [this.#compiler, ...FLAGS, "-o", path, peerSource(`${name}.c`), ...linked],
      COMPILE_TIMEOUT_MS,
    );
    if (code === 0) return { path };
    return { skipped: `${name}.c does not compile: ${stderr.slice(0, STDERR_SHOWN)}`, hint };
  }

  [Symbol.dispose](): void {
    process.off("exit", this.#remove);
    this.#remove();
  }
}
