import { type ImportCounts, readLog } from "./import-log.ts";
import { Recorder, type Seen } from "./recorder.ts";
import { RecordingFile } from "./recording-file.ts";
import { NO_TOPOLOGY } from "./topic-place.ts";

export interface ImportOptions {
  readonly from: string;
  readonly out: string;
  readonly names: boolean;
  readonly rotateBytes: number;
}

/** Makes a recording of another program's log; its first message is where time starts. */
export async function importRecording({ from, out, names, rotateBytes }: ImportOptions) {
  const counts: ImportCounts = { lines: 0, skipped: 0 };
  let open: { file: RecordingFile; recorder: Recorder } | undefined;
  let lastMs = 0;
  try {
    for await (const seen of readLog(from, counts)) {
      open ??= await openAt(seen, { from, out, names, rotateBytes });
      open.recorder.see(seen);
      lastMs = seen.atMs;
    }
    open?.recorder.event("end", lastMs);
  } finally {
    open?.file.close();
  }
  const seen = open?.recorder.counts ?? { messages: 0, bytes: 0, topics: 0, overflow: 0 };
  return { ...seen, parts: open?.file.parts ?? 0, skipped: counts.skipped };
}

async function openAt(first: Seen, { out, names, rotateBytes }: ImportOptions) {
  const wall = () => first.atMs;
  const file = await RecordingFile.open({ path: out, anonymous: !names, rotateBytes, wall });
  const hideAs = names ? undefined : "log";
  const recorder = new Recorder({ file, topology: NO_TOPOLOGY, hideAs });
  recorder.event("open", first.atMs);
  return { file, recorder };
}
