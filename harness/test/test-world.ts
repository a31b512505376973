import { systemClock } from "../load/clock.ts";
import type { World } from "../world.ts";

export interface TestWorld extends World {
  readonly printed: string[];
  readonly warned: string[];
}

/** A world without terminal, network names or environment; what is said is kept. */
export function testWorld(argv: readonly string[], change: Partial<World> = {}): TestWorld {
  const printed: string[] = [];
  const warned: string[] = [];
  return {
    argv,
    env: {},
    cwd: "/",
    clock: systemClock,
    lookup: () => Promise.reject(new Error("no names here")),
    out: (text) => printed.push(text),
    warn: (text) => warned.push(text),
    terminal: undefined,
    signal: new AbortController().signal,
    hurry: new AbortController().signal,
    fileLimit: 1_000_000,
    printed,
    warned,
    ...change,
  };
}
