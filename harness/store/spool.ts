import { randomBytes } from "node:crypto";
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { errorLine, StoreError } from "./error.ts";
import {
  type FolderOwner,
  folderName,
  isAbandoned,
  ourselves,
  parseFolderName,
  released,
} from "./spool-folder.ts";
import { frame, parseSegment, type Segment, segmentHeader } from "./spool-segment.ts";

/** Rows of one table that are stored together or not at all. */
export interface Batch {
  readonly table: string;
  /** Names the batch for good: the same token twice is stored once. */
  readonly token: string;
  readonly rows: number;
  /** Lines of JSONEachRow, each ended. */
  readonly lines: string;
}

/** The part of a file handle that a segment needs. */
export type SegmentFile = Pick<FileHandle, "appendFile" | "datasync" | "truncate" | "close">;

export interface SpoolOptions {
  readonly dir: string;
  /** Unix epoch milliseconds. */
  readonly now: () => number;
  readonly maxSegmentRows: number;
  readonly maxSegmentBytes: number;
  /** Opens a segment for appending; replaced where a test needs a disk that is full. */
  readonly openFile?: (path: string) => Promise<SegmentFile>;
}

interface Entry {
  readonly path: string;
  readonly table: string;
  readonly folder: string;
  rows: number;
  bytes: number;
  /** Open for more rows; undefined once sealed. Only a sealed segment is ever sent. */
  file: SegmentFile | undefined;
}

/** A sealed segment and the handle to remove it by. */
export interface SpooledSegment {
  readonly entry: Entry;
  readonly segment: Segment;
}

/**
 * Rows on disk while ClickHouse is away. Each process writes to a folder of its own and takes over
 * the folders of the dead, so that any number of processes can share one spool.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #folder: string;
  readonly #entries: Entry[] = [];
  #nextFile = 0;

  private constructor(options: SpoolOptions) {
    this.#options = options;
    this.#folder = join(options.dir, folderName(ourselves(newRandom())));
  }

  static async open(options: SpoolOptions): Promise<Spool> {
    const spool = new Spool(options);
    await guarded(options.dir, async () => {
      await mkdir(options.dir, { recursive: true });
      await spool.#adopt();
    });
    return spool;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  get rows(): number {
    return this.#entries.reduce((sum, entry) => sum + entry.rows, 0);
  }

  /**
   * Resolves once the rows are safe on disk. A batch that was already sent, so that ClickHouse may
   * know its token, is `sealed` in a segment of its own; others share segments.
   */
  async append(batch: Batch, options: { sealed: boolean }): Promise<void> {
    await guarded(this.#folder, async () => {
      const entry = options.sealed ? undefined : await this.#openSegment(batch);
      if (entry === undefined) await this.#create(batch, options.sealed);
      else await this.#extend(entry, batch);
    });
  }

  /** The segment to send next, sealed; undefined when nothing waits. */
  async oldest(): Promise<SpooledSegment | undefined> {
    return guarded(this.#folder, async () => {
      for (let entry = this.#entries[0]; entry; entry = this.#entries[0]) {
        await seal(entry);
        await this.#touch(entry.folder);
        // Gone when a process on another host, which could not see us live, took the folder over.
        const bytes = await readFile(entry.path).catch(goneErrno);
        const segment = bytes && parseSegment(bytes);
        if (segment && segment.rows > 0) return { entry, segment };
        await this.#forget(entry);
      }
      return undefined;
    });
  }

  /** Lets go of a segment that ClickHouse has. */
  async remove({ entry }: SpooledSegment): Promise<void> {
    await guarded(entry.folder, () => this.#forget(entry));
  }

  /** Puts aside what ClickHouse will never take, with the reason beside it. */
  async reject(batch: Batch, error: StoreError): Promise<void> {
    const folder = join(this.#options.dir, "rejected");
    const path = join(folder, `${batch.token}-${batch.table}`);
    await guarded(folder, async () => {
      await mkdir(folder, { recursive: true });
      await writeFile(`${path}.ndjson`, batch.lines, { flush: true });
      await writeFile(`${path}.error.txt`, `${errorLine(error)}\n`, { flush: true });
    });
  }

  /** Leaves what still waits to whoever opens the spool next. */
  async release(): Promise<void> {
    await guarded(this.#options.dir, async () => {
      for (const entry of this.#entries) await seal(entry);
      for (const folder of new Set(this.#entries.map((entry) => entry.folder))) {
        const owner = released(ourselves(newRandom()));
        await rename(folder, join(this.#options.dir, folderName(owner)));
      }
      this.#entries.length = 0;
    });
  }

  async #openSegment(batch: Batch): Promise<Entry | undefined> {
    const entry = this.#entries.findLast(({ table, file }) => file && table === batch.table);
    if (entry === undefined) return undefined;
    const { maxSegmentRows, maxSegmentBytes } = this.#options;
    const fits =
      entry.rows + batch.rows <= maxSegmentRows &&
      entry.bytes + batch.lines.length <= maxSegmentBytes;
    if (!fits) await seal(entry);
    return fits ? entry : undefined;
  }

  async #create(batch: Batch, sealed: boolean): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const name = `${String(this.#nextFile++).padStart(8, "0")}-${batch.table}.ndjson`;
    const path = join(this.#folder, name);
    const bytes = Buffer.concat([
      segmentHeader(batch.table, batch.token),
      frame(batch.rows, batch.lines),
    ]);
    const file = await (this.#options.openFile ?? openForAppend)(path);
    try {
      await appendSafely(file, bytes);
      await syncFolder(this.#folder);
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
    const entry: Entry = {
      path,
      table: batch.table,
      folder: this.#folder,
      rows: batch.rows,
      bytes: bytes.length,
      file,
    };
    if (sealed) await seal(entry);
    this.#entries.push(entry);
  }

  async #extend(entry: Entry, batch: Batch): Promise<void> {
    const bytes = frame(batch.rows, batch.lines);
    const { file } = entry;
    if (file === undefined) throw new Error("a sealed segment cannot grow");
    try {
      await appendSafely(file, bytes);
    } catch (error) {
      // Half a frame would hide every later one from the reader.
      await file.truncate(entry.bytes).catch(() => seal(entry));
      throw error;
    }
    entry.rows += batch.rows;
    entry.bytes += bytes.length;
    await this.#touch(entry.folder);
  }

  async #forget(entry: Entry): Promise<void> {
    await seal(entry);
    await rm(entry.path, { force: true });
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    if (this.#entries.some(({ folder }) => folder === entry.folder)) return;
    await rmdir(entry.folder).catch(ignoreErrno);
  }

  /** Shows processes on other hosts, which cannot look for our pid, that we live. */
  async #touch(folder: string): Promise<void> {
    const seconds = this.#options.now() / 1000;
    await utimes(folder, seconds, seconds).catch(ignoreErrno);
  }

  /** Takes over folders without a living owner, oldest first. */
  async #adopt(): Promise<void> {
    const { dir, now } = this.#options;
    const found: { name: string; owner: FolderOwner; touchedAtMs: number }[] = [];
    for (const name of await readdir(dir)) {
      const owner = parseFolderName(name);
      if (!owner) continue;
      const touchedAtMs = await stat(join(dir, name)).then(({ mtimeMs }) => mtimeMs, goneErrno);
      if (touchedAtMs !== undefined) found.push({ name, owner, touchedAtMs });
    }
    found.sort((a, b) => a.touchedAtMs - b.touchedAtMs);
    for (const { name, owner, touchedAtMs } of found) {
      if (!isAbandoned(owner, now() - touchedAtMs)) continue;
      const ours = join(dir, folderName(ourselves(newRandom())));
      // Somebody else may take it first; then it is theirs.
      const taken = await rename(join(dir, name), ours).then(() => true, goneErrno);
      if (taken) await this.#load(ours);
    }
  }

  async #load(folder: string): Promise<void> {
    for (const name of (await readdir(folder)).sort()) {
      const path = join(folder, name);
      const segment = parseSegment(await readFile(path));
      if (segment === undefined || segment.rows === 0) {
        // Cut off before its first frame was whole: nothing in it was ever called safe.
        await rm(path, { force: true });
        continue;
      }
      const { table, rows, wholeBytes } = segment;
      this.#entries.push({ path, table, folder, rows, bytes: wholeBytes, file: undefined });
    }
    if (this.#entries.every((entry) => entry.folder !== folder)) {
      await rmdir(folder).catch(ignoreErrno);
    }
  }
}

const newRandom = (): string => randomBytes(6).toString("hex");

const openForAppend = (path: string): Promise<SegmentFile> => open(path, "ax");

async function appendSafely(file: SegmentFile, bytes: Buffer): Promise<void> {
  await file.appendFile(bytes);
  await file.datasync();
}

async function seal(entry: Entry): Promise<void> {
  const { file } = entry;
  entry.file = undefined;
  await file?.close();
}

/** Makes a new file's name as safe as its content. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

function ignoreErrno(error: unknown): void {
  if (errnoOf(error) === undefined) throw error;
}

function goneErrno(error: unknown): undefined {
  if (errnoOf(error) !== "ENOENT") throw error;
}

/** Gives errors of the file system a code of ours. */
async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const errno = errnoOf(cause);
    if (errno === undefined || cause instanceof StoreError) throw cause;
    const full = errno === "ENOSPC" || errno === "EDQUOT";
    throw full
      ? new StoreError("DISK_FULL", `No space left for the spool in ${path}.`, { cause })
      : new StoreError("SPOOL_UNWRITABLE", `The spool in ${path} failed: ${errno}.`, { cause });
  }
}
