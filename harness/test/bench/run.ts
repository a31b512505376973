import { type Client, takesPart } from "./clients.ts";
import type { Job } from "./job.ts";
import type { Pinning } from "./programs.ts";
import { type Arrivals, type Round, rowOf } from "./rows.ts";
import type { ClientName, Row, TargetName } from "./schema.ts";
import type { BenchTarget } from "./targets.ts";
import type { Work } from "./works.ts";

export interface Bench {
  readonly clients: ReadonlyMap<ClientName, Client>;
  readonly pinning: Pinning;
  readonly rounds: number;
  readonly fileLimit: number;
  /** Undefined when there is none here. */
  readonly startTarget: (name: TargetName) => Promise<BenchTarget | undefined>;
  /** Told what is being done, for people. */
  readonly progress: (line: string) => void;
}

/** Files a process has open besides its connections. */
const OTHER_FILES = 100;
const ERROR_SHOWN = 200;
const NO_MOSQUITTO = {
  skipped: "mosquitto is not installed",
  hint: "apt-get install mosquitto",
} as const;

/** What a client has come to: its rounds, or why there are none. */
type Came = Round[] | Skip;
type Skip = Extract<Client, { skipped: string }>;

/**
 * One work on one target, by every client that has it. Clients take turns round by round, so that a
 * machine that drifts drifts for all of them.
 */
export async function runWork(bench: Bench, work: Work, targetName: TargetName): Promise<Row[]> {
  const came = new Map<ClientName, Came>();
  await using target = await bench.startTarget(targetName);
  for (const [name, client] of bench.clients) {
    if (!takesPart(name, work)) continue;
    const skip = target === undefined ? NO_MOSQUITTO : skipOf(client, work, bench.fileLimit);
    came.set(name, skip ?? []);
  }
  if (target !== undefined) await runRounds(bench, { work, target, pinning: bench.pinning }, came);
  return [...came].map(([name, rounds]) =>
    "skipped" in rounds
      ? { work: work.name, client: name, target: targetName, ...rounds }
      : rowOf(work, name, targetName, rounds),
  );
}

async function runRounds(bench: Bench, job: Job, came: Map<ClientName, Came>): Promise<void> {
  const place = `${job.work.name} on ${job.target.name}`;
  for (let round = 1; round <= bench.rounds; round++) {
    for (const [name, before] of came) {
      const client = bench.clients.get(name);
      if (client === undefined || "skipped" in client || "skipped" in before) continue;
      bench.progress(`${place}, round ${round}: ${name}`);
      const now = await oneRound(client.run, job);
      came.set(name, "skipped" in now ? now : [...before, now]);
    }
  }
}

/** A round that breaks has no figure; the others go on. */
async function oneRound(run: (job: Job) => Promise<Round>, job: Job): Promise<Round | Skip> {
  try {
    return await watchedRound(run, job);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { skipped: `failed: ${message.slice(0, ERROR_SHOWN)}` };
  }
}

/** At a fixed rate the sink looks on. */
async function watchedRound(run: (job: Job) => Promise<Round>, job: Job): Promise<Round> {
  const { rate, warmMs = 0 } = job.work.settings;
  const { sink } = job.target;
  if (sink === undefined || rate === undefined) return run(job);
  await sink.pace(rate, (rate * warmMs) / 1000);
  const facts = await run(job);
  const arrivals: Arrivals = await sink.arrivals();
  return { ...facts, ...arrivals };
}

function skipOf(client: Client, { settings }: Work, limit: number): Skip | undefined {
  if ("skipped" in client) return client;
  const needed = (settings["connections"] ?? 0) * client.filesPerConnection + OTHER_FILES;
  if (needed <= limit) return undefined;
  return {
    skipped: `needs ${needed} open files, the limit is ${limit}`,
    hint: `as root \`ulimit -n ${needed}\`, then again in that shell`,
  };
}
