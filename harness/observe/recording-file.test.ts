import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readRecording } from "./read-recording.ts";
import { Recorder } from "./recorder.ts";
import { RecordingFile } from "./recording-file.ts";
import type { RecordingLine } from "./recording-lines.ts";
import { NO_TOPOLOGY } from "./topic-place.ts";

async function newPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "loadstone-recording-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "a.ndjson");
}

async function recorderAt(path: string, atMs: number, rotateBytes = 1e6) {
  const wall = () => atMs;
  const file = await RecordingFile.open({ path, anonymous: false, rotateBytes, wall });
  return { file, recorder: new Recorder({ file, topology: NO_TOPOLOGY, hideAs: undefined }) };
}

const seen = (atMs: number, topic = "u/a") => ({
  atMs,
  topic,
  bytes: 5,
  qos: 0,
  retained: false,
  repeated: false,
});

async function readAll(path: string) {
  const counts = { parts: 0, lines: 0, torn: 0 };
  const lines: RecordingLine[] = [];
  for await (const line of readRecording(path, counts)) lines.push(line);
  const offsets = lines.flatMap((line) => ("at" in line && "t" in line ? [line.at] : []));
  return { counts, lines, offsets };
}

test("a recording goes on where it ended, its times from the same start", async () => {
  const path = await newPath();
  const first = await recorderAt(path, 1000);
  first.recorder.see(seen(1250));
  first.file.close();
  const again = await recorderAt(path, 5000);
  again.recorder.see(seen(5001.5));
  again.file.close();
  expect((await readAll(path)).offsets).toEqual([250, 4001.5]);
});

test("a line that a crash tore is passed over, by reading and by going on", async () => {
  const path = await newPath();
  const first = await recorderAt(path, 0);
  first.recorder.see(seen(1));
  first.file.close();
  await appendFile(path, '{"at":2,"t":0,"b"');
  expect(await readAll(path)).toMatchObject({ offsets: [1], counts: { torn: 1 } });
  const again = await recorderAt(path, 3);
  again.recorder.see(seen(4));
  again.file.close();
  expect(await readAll(path)).toMatchObject({ offsets: [1, 4], counts: { torn: 1 } });
});

test("a recording is cut into parts by size, each of which explains its topics", async () => {
  const path = await newPath();
  const { file, recorder } = await recorderAt(path, 0, 1200);
  for (let at = 0; at < 100; at++) recorder.see(seen(at, `u${at % 2}/a`));
  file.close();
  const { counts, lines, offsets } = await readAll(path);
  expect(counts.parts).toBeGreaterThan(2);
  expect(offsets).toEqual(Array.from({ length: 100 }, (_, at) => at));
  const second = await readFile(path.replace(".ndjson", "-2.ndjson"), "utf8");
  expect(second.split("\n").slice(1, 3).join()).toMatch(/"u0".*"u1"/s);
  expect(lines.filter((line) => "kind" in line && line.kind === "recording")).toHaveLength(
    counts.parts,
  );
});

test("what is no recording is neither gone on with nor read", async () => {
  const path = await newPath();
  await appendFile(path, "hello\n");
  await expect(recorderAt(path, 0)).rejects.toThrow(/is no recording/);
  await expect(readAll(path)).rejects.toThrow(/is no recording/);
  await expect(readAll(`${path}x`)).rejects.toThrow(/there is no recording/);
});
