import type { Settings } from "../config.ts";

/** Settings from the flags a command was given, environment and file under them. */
export type SettingsOf = (flags: Record<string, unknown>) => Promise<Settings>;
/** Hands over what the command came to: the exit code of the program. */
export type Finish = (ran: Promise<number>) => Promise<void>;

export const example = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ loadstone ${line}`).join("\n")}`;
