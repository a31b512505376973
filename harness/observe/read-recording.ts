import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { LoadstoneError } from "../errors.ts";
import { partPath } from "./recording-file.ts";
import { parseLine, type RecordingLine } from "./recording-lines.ts";

export interface ReadCounts {
  parts: number;
  lines: number;
  /** Torn by a crash, or not of a recording: passed over. */
  torn: number;
}

/** Lines of all parts of a recording, in order. */
export async function* readRecording(
  path: string,
  counts: ReadCounts,
): AsyncGenerator<RecordingLine> {
  for (let part = 1; await isFile(partPath(path, part)); part++) {
    counts.parts = part;
    yield* readPart(partPath(path, part), counts);
  }
  if (counts.parts === 0) {
    throw new LoadstoneError("CONFIG_INVALID", `there is no recording ${path}`, {
      hint: "make one with `loadstone record --out FILE`",
    });
  }
  if (counts.lines > 0) return;
  throw new LoadstoneError("CONFIG_INVALID", `${path} is no recording`, {
    hint: "a log of mosquitto_sub or CSV becomes one with `loadstone record --from FILE --out …`",
  });
}

async function* readPart(path: string, counts: ReadCounts): AsyncGenerator<RecordingLine> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  for await (const text of lines) {
    const line = text === "" ? undefined : parseLine(text);
    if (line !== undefined) {
      counts.lines += 1;
      yield line;
    } else if (text !== "") counts.torn += 1;
  }
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
