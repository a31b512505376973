/**
 * One process per data directory: two engines on the same files would destroy them.
 *
 * The lock is the file `server-<n>.json` with the highest n. Whoever finds its holder dead
 * creates n + 1, which only one can; then it removes the lower ones. The highest file is never
 * removed, not even by a holder that ends well, so nobody can take over from the wrong one. A
 * lock is given back by dying, which kill -9 does as well as anything.
 */
import { randomUUID } from "node:crypto";
import {
  chmod,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { processIdentity } from "./process-identity.ts";

const Process = z.object({ pid: z.int().positive(), identity: z.string() });
type Process = z.infer<typeof Process>;

const Holder = z.object({
  child: Process,
  /** Restarts the child when it crashes; absent once it has let go. */
  supervisor: Process.optional(),
  password: z.string(),
  /** Absent until the server listens for the first time. */
  server: z.object({ url: z.string(), version: z.string() }).optional(),
});

/** The process that has the data directory, and the one that looks after it. */
export type Holder = z.infer<typeof Holder>;

/** Who wants the directory, or has it: a password belongs to one supervised server. */
export interface Claim {
  readonly supervisorPid: number;
  readonly password: string;
}

export interface Lock {
  /** Tells other openers where this server listens. */
  publish(server: NonNullable<Holder["server"]>): Promise<void>;
}

/** Makes the data directory, for its owner only. */
export async function makeDataDirectory(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await chmod(dataDir, 0o700);
}

/** The holder of a data directory that lives, or whose supervisor is about to restart it. */
export async function findHolder(dataDir: string): Promise<Holder | undefined> {
  const generation = (await generations(dataDir)).at(-1);
  if (generation === undefined) return undefined;
  const holder = await readHolder(dataDir, generation);
  if (holder === undefined) return undefined;
  return (await isAlive(holder.child)) || (await isAlive(holder.supervisor)) ? holder : undefined;
}

/**
 * Takes a data directory for this process; undefined when others have it. A dead holder with the
 * same password is the server that this one replaces after a crash.
 */
export async function takeLock(dataDir: string, claim: Claim): Promise<Lock | undefined> {
  const generation = ((await generations(dataDir)).at(-1) ?? 0) + 1;
  const holder = await findHolder(dataDir);
  const { password } = claim;
  if (holder !== undefined && (holder.password !== password || (await isAlive(holder.child))))
    return undefined;
  const self: Holder = {
    child: await identify(process.pid),
    supervisor: await identify(claim.supervisorPid),
    password,
    server: holder?.server,
  };
  if (!(await create(dataDir, generation, self))) return undefined;
  const existing = await generations(dataDir);
  if (existing.at(-1) !== generation) {
    // Somebody was two steps ahead of what this process had read.
    await rm(lockFile(dataDir, generation), { force: true });
    return undefined;
  }
  for (const older of existing.slice(0, -1)) await rm(lockFile(dataDir, older), { force: true });
  return { publish: (server) => replace(dataDir, generation, { ...self, server }) };
}

/**
 * Says, after the child's end, that its supervisor will not restart it. As long as the supervisor
 * lives nobody else touches the lock; emptying it takes no room on a disk that may be full.
 */
export async function letGo(dataDir: string, password: string): Promise<void> {
  const generation = (await generations(dataDir)).at(-1);
  if (generation === undefined) return;
  const holder = await readHolder(dataDir, generation);
  if (holder?.password === password) await truncate(lockFile(dataDir, generation));
}

async function identify(pid: number): Promise<Process> {
  return { pid, identity: (await processIdentity(pid)) ?? "gone" };
}

async function isAlive(owner: Process | undefined): Promise<boolean> {
  return owner !== undefined && (await processIdentity(owner.pid)) === owner.identity;
}

async function generations(dataDir: string): Promise<readonly number[]> {
  const names = await unlessMissing(readdir(dataDir), []);
  return names
    .map((name) => /^server-(\d+)\.json$/.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/** A file that was emptied or just superseded, or that nobody here wrote, has no holder. */
async function readHolder(dataDir: string, generation: number): Promise<Holder | undefined> {
  const text = await unlessMissing(readFile(lockFile(dataDir, generation), "utf8"), "null");
  try {
    return Holder.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function unlessMissing<T>(reading: Promise<T>, missing: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (errno(error) === "ENOENT") return missing;
    throw error;
  }
}

/** Creates the file with its content in one step; false when it exists. */
async function create(dataDir: string, generation: number, holder: Holder): Promise<boolean> {
  const draft = await writeDraft(dataDir, holder);
  try {
    await link(draft, lockFile(dataDir, generation));
    return true;
  } catch (error) {
    if (errno(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function replace(dataDir: string, generation: number, holder: Holder): Promise<void> {
  await rename(await writeDraft(dataDir, holder), lockFile(dataDir, generation));
}

async function writeDraft(dataDir: string, holder: Holder): Promise<string> {
  const draft = join(dataDir, `.draft-${randomUUID()}`);
  try {
    await writeFile(draft, JSON.stringify(holder), { mode: 0o600, flag: "wx" });
    return draft;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

const lockFile = (dataDir: string, generation: number) =>
  join(dataDir, `server-${generation}.json`);

function errno(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
