import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { mkdir, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { LoadstoneError } from "../errors.ts";
import {
  type HeaderLine,
  parseLine,
  RECORDING_VERSION,
  type RecordingLine,
} from "./recording-lines.ts";

export interface RecordingFileOptions {
  /** First file; later parts have `-2`, `-3`, … before the extension. */
  readonly path: string;
  readonly anonymous: boolean;
  /** A new part begins when one has grown to this. */
  readonly rotateBytes: number;
  /** Unix epoch milliseconds. */
  readonly wall: () => number;
}

/** Past this much unwritten a write happens at once. */
const BUFFER_BYTES = 64 * 1024;

/** Append-only lines on disk, in parts; an earlier recording of the same name goes on. */
export class RecordingFile {
  readonly startedAtMs: number;
  readonly #options: RecordingFileOptions;
  #part: number;
  #file: number;
  #bytes: number;
  #pending: string[] = [];
  #pendingBytes = 0;
  /** Called where a part begins, to say again what its lines refer to. */
  onPart: () => void = () => undefined;

  private constructor(options: RecordingFileOptions, found: Found) {
    this.#options = options;
    this.startedAtMs = found.startedAtMs;
    this.#part = found.part;
    this.#bytes = found.bytes;
    this.#file = openSync(partPath(options.path, found.part), "a");
    if (found.bytes === 0) this.#header();
    // What a crash tore stays in its own line.
    else if (!found.wholeLine) this.#push("\n");
  }

  static async open(options: RecordingFileOptions): Promise<RecordingFile> {
    await mkdir(dirname(options.path), { recursive: true });
    return new RecordingFile(options, await findLast(options));
  }

  get parts(): number {
    return this.#part;
  }

  write(line: RecordingLine): void {
    this.#push(`${JSON.stringify(line)}\n`);
    if (this.#bytes + this.#pendingBytes >= this.#options.rotateBytes) this.#rotate();
    else if (this.#pendingBytes > BUFFER_BYTES) this.flush();
  }

  /** Hands what waits to the system. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const bytes = Buffer.from(this.#pending.join(""));
    this.#pending = [];
    this.#pendingBytes = 0;
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    this.#bytes += bytes.length;
  }

  close(): void {
    this.flush();
    fsyncSync(this.#file);
    closeSync(this.#file);
  }

  #push(text: string): void {
    this.#pending.push(text);
    this.#pendingBytes += text.length;
  }

  #rotate(): void {
    this.close();
    this.#part += 1;
    this.#bytes = 0;
    this.#file = openSync(partPath(this.#options.path, this.#part), "ax");
    this.#header();
    this.onPart();
  }

  #header(): void {
    const { anonymous } = this.#options;
    const { startedAtMs } = this;
    const kind = "recording";
    const header: HeaderLine = {
      kind,
      version: RECORDING_VERSION,
      startedAtMs,
      part: this.#part,
      anonymous,
    };
    this.#push(`${JSON.stringify(header)}\n`);
  }
}

interface Found {
  readonly part: number;
  readonly bytes: number;
  readonly wholeLine: boolean;
  readonly startedAtMs: number;
}

/** `garage.ndjson`, `garage-2.ndjson`, … */
export function partPath(path: string, part: number): string {
  if (part === 1) return path;
  const dot = path.lastIndexOf(".");
  const at = dot > path.lastIndexOf("/") ? dot : path.length;
  return `${path.slice(0, at)}-${part}${path.slice(at)}`;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function findLast({ path, anonymous, wall }: RecordingFileOptions): Promise<Found> {
  let part = 1;
  while (await exists(partPath(path, part + 1))) part += 1;
  const bytes = (await exists(partPath(path, part))) ? await readFile(partPath(path, part)) : "";
  if (bytes.length === 0) return { part, bytes: 0, wholeLine: true, startedAtMs: wall() };
  const header = parseLine(bytes.toString().split("\n", 1)[0] ?? "");
  if (header === undefined || !("kind" in header) || header.kind !== "recording") {
    throw new LoadstoneError("CONFIG_INVALID", `${path} is there and is no recording`, {
      hint: "give another --out",
    });
  }
  if (header.anonymous !== anonymous) {
    throw new LoadstoneError("CONFIG_INVALID", `${path} was begun with other names`, {
      hint: "give or leave out --names as before, or give another --out",
    });
  }
  const wholeLine = bytes.at(-1) === "\n".charCodeAt(0);
  return { part, bytes: bytes.length, wholeLine, startedAtMs: header.startedAtMs };
}
