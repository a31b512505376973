import { RAYS } from "#grader/contracts/axis.ts";
import { count, latency } from "#reports/render/format.ts";
import type { LivePoint } from "../lib/live.ts";
import { clock } from "../lib/time-words.ts";
import { type Column, Table } from "./table.tsx";

const SHOWN_SECONDS = 30;

interface SecondsTableProps {
  readonly points: readonly LivePoint[];
  readonly startedAtMs: number;
}

/** The live charts in figures, newest first. */
export function SecondsTable({ points, startedAtMs }: SecondsTableProps) {
  const columns: readonly Column<LivePoint>[] = [
    { head: "At", figures: true, cell: ({ atMs }) => clock(atMs - startedAtMs) },
    { head: "Axis", cell: ({ axis }) => RAYS[axis].title },
    { head: "Intended", figures: true, cell: ({ intended }) => count(intended) },
    { head: "Delivered", figures: true, cell: ({ delivered }) => count(delivered) },
    { head: "p50", figures: true, cell: ({ latencyMs }) => latency(latencyMs?.p50) },
    { head: "p95", figures: true, cell: ({ latencyMs }) => latency(latencyMs?.p95) },
    { head: "p99", figures: true, cell: ({ latencyMs }) => latency(latencyMs?.p99) },
    { head: "Late", figures: true, cell: ({ late }) => count(late) },
    { head: "Lost", figures: true, cell: ({ lost }) => count(lost) },
    { head: "Errors", figures: true, cell: ({ errors }) => count(errors) },
  ];
  return (
    <Table
      caption={`The last ${SHOWN_SECONDS} seconds`}
      columns={columns}
      rows={points.slice(-SHOWN_SECONDS).toReversed()}
      keyOf={({ atMs }) => atMs}
    />
  );
}
