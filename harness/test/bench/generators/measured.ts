import type { Facts } from "../schema.ts";

/** What a generator was asked, from `key=value` arguments. */
export interface Asked {
  readonly kind: string;
  number(key: string, otherwise?: number): number;
}

export function readAsked(argv: readonly string[]): Asked {
  const words = new Map(argv.map((word) => [word.split("=")[0], word.split("=")[1]]));
  return {
    kind: words.get("kind") ?? "",
    number: (key, otherwise = 0) => Number(words.get(key) ?? otherwise),
  };
}

/** Runs the kind of work that was asked for and prints its facts, the last line of stdout. */
export async function printFacts(
  kinds: Readonly<Record<string, (asked: Asked) => Promise<Facts>>>,
): Promise<never> {
  const asked = readAsked(process.argv.slice(2));
  const work = kinds[asked.kind];
  if (work === undefined) throw new Error(`no such kind of work: ${asked.kind}`);
  const facts = JSON.stringify(await work(asked));
  // Connections are still open; nobody needs them closed one by one.
  return new Promise(() => process.stdout.write(`${facts}\n`, () => process.exit()));
}

/** CPU of this process and time gone by, from the call on. */
export function beginPart(): () => { cpuMs: number; wallMs: number } {
  const cpu = process.cpuUsage();
  const beganMs = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { cpuMs: (user + system) / 1000, wallMs: performance.now() - beganMs };
  };
}

/** Starts a part once `warm` messages are out, and ends it when asked. */
export class WarmPart {
  readonly #warm: number;
  #first = 0;
  #end: (() => { cpuMs: number; wallMs: number }) | undefined;

  constructor(warm: number) {
    this.#warm = warm;
  }

  note(messages: number): void {
    if (this.#end !== undefined || messages < this.#warm) return;
    this.#first = messages;
    this.#end = beginPart();
  }

  end(messages: number): Facts {
    if (this.#end === undefined) throw new Error("ended before it had warmed up");
    return { ...this.#end(), messages: messages - this.#first };
  }
}

export function residentKb(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage.rss() / 1024;
}

/** Memory each of `count` connections takes once they are open and quiet. */
export async function idleFacts(
  count: number,
  holdMs: number,
  connectAll: () => Promise<void>,
): Promise<Facts> {
  const baseKb = residentKb();
  const end = beginPart();
  await connectAll();
  const { cpuMs, wallMs } = end();
  const facts = { cpuMs, wallMs, connections: count, connectPerSec: (count * 1000) / wallMs };
  if (holdMs === 0) return facts;
  await new Promise((resolve) => setTimeout(resolve, holdMs));
  const rssKbPerConnection = (residentKb() - baseKb) / count;
  return { ...facts, baseRssKb: baseKb, rssKbPerConnection };
}

/** Lets sockets be read and timers run. */
export const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Every socket is full: come back when the kernel has taken some, without spinning. */
export const untilDrained = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

/** At most `parallel` of `count` under way at a time; rejects with the first that fails. */
export async function eachOf(
  count: number,
  parallel: number,
  open: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) await open(index);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, lane));
}

/** Durations in milliseconds, all of them kept. */
export class Durations {
  readonly #values: Float64Array;
  #count = 0;

  constructor(room: number) {
    this.#values = new Float64Array(room);
  }

  add(ms: number): void {
    if (this.#count < this.#values.length) this.#values[this.#count++] = ms;
  }

  quantiles(): { readonly p50: number; readonly p99: number } {
    const sorted = this.#values.subarray(0, this.#count).sort();
    const at = (share: number) => Math.max(0, sorted[Math.floor(share * this.#count)] ?? 0);
    return { p50: at(0.5), p99: at(0.99) };
  }
}
