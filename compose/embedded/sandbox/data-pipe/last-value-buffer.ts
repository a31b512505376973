import type { PipeEntry, PolicyBuffer } from "./rows-buffer.ts";

export interface LastValueOptions {
  readonly maxSize: number;
  readonly store: (values: readonly PipeEntry[]) => void;
}

/**
 * The newest value of each node. When enough distinct nodes have one, the service flushes while it
 * holds the lock that flushing takes: it stands still until it is restarted.
 */
export function createLastValueBuffer({ maxSize, store }: LastValueOptions): PolicyBuffer {
  const byNode = new Map<string, PipeEntry>();
  return {
    add(entry) {
      byNode.set(entry.node, entry);
      return byNode.size >= maxSize;
    },
    flush() {
      if (byNode.size > 0) store([...byNode.values()]);
      byNode.clear();
    },
  };
}
