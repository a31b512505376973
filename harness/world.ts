import type { Clock } from "./load/clock.ts";
import type { Address } from "./scenario/target-gate.ts";

/** All addresses of a host name. */
export type Lookup = (hostname: string) => Promise<readonly Address[]>;

/** Everything outside the program, in one place. Nothing below `main.ts` reaches past it. */
export interface World {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly lookup: Lookup;
  /** Data: what `--json` prints, and nothing else. */
  readonly out: (text: string) => void;
  /** What people read. */
  readonly warn: (text: string) => void;
  /** Where `warn` goes, when that is a terminal: text can be redrawn there. */
  readonly terminal: Terminal | undefined;
  /** Aborted at the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** Aborted at the second: give up cleaning up and say what is left. */
  readonly hurry: AbortSignal;
  /** Soft limit of open files; undefined where the system does not tell. */
  readonly fileLimit: number | undefined;
}

export interface Terminal {
  readonly columns: number;
  /** Writes as is, without a line end. */
  write(text: string): void;
}
