import type { Clock } from "../clock.ts";
import type { Records } from "../records/records.ts";
import type { Database } from "../state/database.ts";
import { createBuffers } from "./buffers.ts";
import { PipeConfig } from "./config.ts";
import { filterMessage, type PipeMemory } from "./filter.ts";

export interface DataPipeOptions {
  readonly db: Database;
  readonly records: Records;
  readonly clock: Clock;
  /** PU_DP_BUFFER_MAX_SIZE. */
  readonly bufferMaxSize?: number;
  /** PU_DP_BUFFER_FLUSH_INTERVAL. */
  readonly flushMs?: number;
  readonly log: (line: string) => void;
}

/** The service that stores what Units publish. */
export interface DataPipe {
  /** Takes one message of `D/+/pepeunit`; false when the service stands still for good. */
  handle(topic: string, payload: Buffer): boolean;
  /** Hears on the config stream that some node changed; what it says is not looked at. */
  announce(): void;
  /** Ends without flushing, as the service does on SIGTERM. */
  close(): void;
}

const FLUSH_MS = 5000;
const SYNC_MS = 60_000;
const CLEANUP_MS = 60_000;
const BUFFER_MAX_SIZE = 1000;
const TOPIC_PARTS = 3;

/** Starts the service: buffers flush every 5 s, the settings of all nodes are read every 60 s. */
export function startDataPipe(options: DataPipeOptions): DataPipe {
  const { db, records, clock, log, bufferMaxSize = BUFFER_MAX_SIZE, flushMs = FLUSH_MS } = options;
  const buffers = createBuffers({ db, records, clock, log, maxSize: bufferMaxSize });
  const memories = new Map<string, PipeMemory>();
  let pipes = readPipes(db);
  let announced = 0;
  let hung = false;

  const reload = () => {
    announced = 0;
    if (!hung) pipes = readPipes(db);
  };
  const flush = () => {
    if (!hung) for (const buffer of Object.values(buffers)) buffer.flush();
    if (announced > 0) reload();
    records.expire(clock.wallMs());
  };
  const cleanUp = () => {
    if (hung) return;
    records.trimNRecords().catch((error: unknown) => log(`NRecords stay: ${String(error)}`));
  };
  const timers = [
    setInterval(flush, flushMs),
    setInterval(reload, SYNC_MS),
    setInterval(cleanUp, CLEANUP_MS),
  ];
  for (const timer of timers) timer.unref();

  return {
    handle(topic, payload) {
      if (hung) return false;
      const parts = topic.split("/");
      const node = parts[1] ?? "";
      const config = parts.length === TOPIC_PARTS ? pipes.get(node) : undefined;
      if (config === undefined) return true;
      const memory = memories.get(node) ?? {};
      memories.set(node, memory);
      const atMs = clock.wallMs();
      const filtered = filterMessage(config, memory, payload, atMs);
      if ("dropped" in filtered) return true;
      const { value } = filtered;
      hung = buffers[config.processing_policy.policy_type].add({ node, config, value, atMs });
      if (hung) log("the DataPipe stands still: it flushed while it held its own lock");
      return !hung;
    },
    announce() {
      announced++;
      if (announced >= bufferMaxSize) reload();
    },
    close() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

/** The pipes of all active nodes; one whose settings cannot be read stores nothing. */
function readPipes(db: Database): Map<string, PipeConfig> {
  const pipes = new Map<string, PipeConfig>();
  for (const node of db.nodes.all()) {
    if (!node.is_data_pipe_active || node.data_pipe_yml === null) continue;
    const config = PipeConfig.safeParse(parseJson(node.data_pipe_yml));
    if (config.success) pipes.set(node.uuid, config.data);
  }
  return pipes;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
