import type { RunRow } from "#harness/store/rows.ts";
import { depthOf } from "#harness/store/run-kind.ts";
import Link from "next/link";
import { clock } from "../lib/time-words.ts";
import { Notice } from "./notice.tsx";

/** Tells that a run is going on and leads to it. */
export function LiveBanner({ run, nowMs }: { readonly run: RunRow; readonly nowMs: number }) {
  return (
    <Notice tone="busy">
      <strong>A run is measuring {run.targetUrl}</strong> · {depthOf(run)} · running for{" "}
      {clock(nowMs - run.startedAtMs)} ·{" "}
      <Link prefetch={false} href={`/runs/${encodeURIComponent(run.runId)}/live`}>
        Watch it live
      </Link>
    </Notice>
  );
}
