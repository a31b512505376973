import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { LoadstoneError } from "../../errors.ts";
import { type BatchLine, doubtOf, parseSegment, type SegmentContent } from "./journal-lines.ts";

/** A segment that waits, or one that is stored and kept for what it knows of messages in doubt. */
const NAME = /^\d{10}\.(?:ndjson|stored)$/;

/** A segment that grows no more. */
export interface SealedSegment {
  readonly path: string;
  readonly content: SegmentContent;
}

/** A meter's counts on disk, in segments: one grows, those before wait to be stored. */
export class Journal {
  readonly #folder: string;
  /** Messages that the last process had in doubt. */
  readonly doubtAtOpen: readonly (readonly [number, number])[];
  readonly #sealed: string[];
  #next: number;
  #file: FileHandle | undefined;
  #path = "";

  /** Stored segments that go as soon as another begins. */
  #kept: string[];

  private constructor(folder: string, names: string[], doubt: readonly [number, number][]) {
    this.#folder = folder;
    this.#sealed = names.filter((name) => name.endsWith(".ndjson"));
    this.#kept = names.filter((name) => name.endsWith(".stored"));
    this.doubtAtOpen = doubt;
    this.#next = Number(names.at(-1)?.slice(0, 10) ?? 0) + 1;
  }

  /** Takes over what a process before left; what it was writing is sealed as it is. */
  static async open(folder: string): Promise<Journal> {
    await mkdir(folder, { recursive: true });
    const names = (await readdir(folder)).filter((name) => NAME.test(name)).sort();
    let doubt: [number, number][] = [];
    for (const name of names) {
      const content = parseSegment(await readFile(join(folder, name), "utf8"));
      if (content !== undefined) doubt = doubtOf(content);
    }
    return new Journal(folder, names, doubt);
  }

  get waiting(): number {
    return this.#sealed.length;
  }

  /** Resolves once the line is safe on disk. `doubt` begins a new segment, if one must begin. */
  async append(line: BatchLine, doubt: () => [number, number][]): Promise<void> {
    this.#file ??= await this.#begin(doubt());
    await this.#file.appendFile(`${JSON.stringify(line)}\n`);
    await this.#file.datasync();
  }

  /** Ends the segment that grows; the next line begins another. */
  async seal(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    await file.close();
    this.#sealed.push(this.#path);
  }

  /** The oldest segment that waits. One without a head was cut off as it began and holds nothing. */
  async oldest(): Promise<SealedSegment | undefined> {
    for (let name = this.#sealed[0]; name !== undefined; name = this.#sealed[0]) {
      const path = join(this.#folder, name);
      const content = parseSegment(await readFile(path, "utf8"));
      if (content !== undefined) return { path, content };
      await rm(path, { force: true });
      this.#sealed.shift();
    }
    return undefined;
  }

  /** Lets go of the oldest segment; the last one of all stays until another begins. */
  async stored({ path }: SealedSegment): Promise<void> {
    const isLast = this.#sealed.length === 1 && this.#file === undefined;
    const name = this.#sealed.shift() ?? "";
    if (!isLast) return rm(path, { force: true });
    const kept = name.replace(/ndjson$/, "stored");
    await rename(path, join(this.#folder, kept));
    this.#kept.push(kept);
  }

  /** Puts a segment aside that ClickHouse will never take. */
  async reject({ path }: SealedSegment): Promise<void> {
    await mkdir(join(this.#folder, "rejected"), { recursive: true });
    await rename(path, path.replace(this.#folder, join(this.#folder, "rejected")));
    this.#sealed.shift();
  }

  async #begin(doubt: [number, number][]): Promise<FileHandle> {
    this.#path = `${String(this.#next++).padStart(10, "0")}.ndjson`;
    const head = { kind: "meter", version: 1, id: randomBytes(8).toString("hex"), doubt };
    const path = join(this.#folder, this.#path);
    try {
      const file = await open(path, "ax");
      await file.appendFile(`${JSON.stringify(head)}\n`);
      await file.datasync();
      const folder = await open(this.#folder, "r");
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
      for (const kept of this.#kept) await rm(join(this.#folder, kept), { force: true });
      this.#kept = [];
      return file;
    } catch (cause) {
      throw new LoadstoneError("DISK_FULL", `the meter's journal ${path} cannot be written`, {
        cause,
        hint: "free space there, or name another place with --data",
      });
    }
  }
}
