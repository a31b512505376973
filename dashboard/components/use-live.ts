"use client";

import { useEffect, useState } from "react";
import { type LiveData, mergeLive } from "../lib/live.ts";

const POLL_MS = 1000;
/** Rows of one second may come in several batches: ask again for the last few. */
const ASK_AGAIN_MS = 4000;

export interface Live {
  readonly data: LiveData;
  /** False while the last poll went unanswered. */
  readonly fresh: boolean;
}

/** Follows a run: polls once a second while the page is seen, and leaves when the run is over. */
export function useLive(runId: string, initial: LiveData): Live {
  const [live, setLive] = useState<Live>({ data: initial, fresh: true });

  useEffect(() => {
    const stop = new AbortController();
    let data = initial;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const page = `/runs/${encodeURIComponent(runId)}`;

    const poll = async (): Promise<void> => {
      if (stop.signal.aborted || document.hidden) return;
      try {
        data = mergeLive(data, await ask(`${page}/live/data`, data, stop.signal));
        setLive({ data, fresh: true });
        if (!data.running) {
          location.replace(page);
          return;
        }
      } catch {
        // Also thrown when the component goes away: then nobody looks at it any more.
        setLive((before) => ({ ...before, fresh: false }));
      }
      clearTimeout(timer);
      timer = setTimeout(() => void poll(), POLL_MS);
    };
    const onSeen = () => void poll();

    document.addEventListener("visibilitychange", onSeen, { signal: stop.signal });
    timer = setTimeout(() => void poll(), POLL_MS);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [runId, initial]);

  return live;
}

async function ask(path: string, known: LiveData, signal: AbortSignal): Promise<LiveData> {
  const newest = known.points.at(-1)?.atMs ?? 0;
  const windows = (known.windows.at(-1)?.index ?? -1) + 1;
  const query = `since=${Math.max(0, newest - ASK_AGAIN_MS)}&windows=${windows}`;
  const answer = await fetch(`${path}?${query}`, { signal, cache: "no-store" });
  if (!answer.ok) throw new Error(`the dashboard answered ${answer.status}`);
  // Our own route of the same build wrote it.
  return (await answer.json()) as LiveData;
}
