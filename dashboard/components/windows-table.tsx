import { RAYS } from "#grader/contracts/axis.ts";
import type { ReportWave } from "#grader/contracts/report.ts";
import { count, duration, latency, load } from "#reports/render/format.ts";
import { brokenBy } from "../lib/windows.ts";
import { type Column, Table } from "./table.tsx";
import { WindowBadge } from "./window-badge.tsx";

const COLUMNS: readonly Column<ReportWave>[] = [
  { head: "#", figures: true, cell: ({ index }) => <span id={`window-${index}`}>{index}</span> },
  { head: "Axis", cell: ({ axis }) => RAYS[axis].title },
  { head: "Phase", cell: ({ phase }) => phase },
  { head: "Load", figures: true, cell: (window) => load(window.load, window.axis) },
  {
    head: "Driven",
    figures: true,
    cell: ({ measuredMs, curtailed }) => `${duration(measuredMs)}${curtailed ? " ✂" : ""}`,
  },
  { head: "Planned", figures: true, cell: ({ planned }) => count(planned) },
  { head: "Good", figures: true, cell: ({ good }) => count(good) },
  { head: "Late", figures: true, cell: ({ late }) => count(late) },
  { head: "Lost", figures: true, cell: ({ lost }) => count(lost) },
  { head: "Errors", figures: true, cell: ({ errors }) => count(errors) },
  { head: "p99", figures: true, cell: ({ latencyMs }) => latency(latencyMs?.p99) },
  { head: "Verdict", cell: ({ verdict }) => <WindowBadge verdict={verdict} /> },
  { head: "Reason", wide: true, cell: ({ reason }) => reason },
];

/** Every window of a run; the first that broke each axis stands out. */
export function WindowsTable({ windows }: { readonly windows: readonly ReportWave[] }) {
  return (
    <>
      <Table
        caption="Windows"
        columns={COLUMNS}
        rows={windows}
        keyOf={({ index }) => index}
        toneOf={(window) =>
          brokenBy(windows, window.axis)?.index === window.index ? "broke" : window.verdict
        }
        empty="No window has closed yet."
      />
      <p className="muted small">
        Marked: the window that broke its axis first. ✂ stopped early, because the answer was clear.
      </p>
    </>
  );
}
