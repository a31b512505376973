import { type RayId, RayId as RayIdSchema } from "#grader/contracts/axis.ts";
import type { Report } from "#grader/contracts/report.ts";
import { EstimateDetail, type EventRow } from "#harness/store/rows.ts";
import type { StoreReader } from "#harness/store/store.ts";
import { type EstimateAt, renderSearch } from "#reports/render/search-picture.ts";
import { LoadstoneError } from "../errors.ts";

/** The search of one axis as SVG: what was offered when, and what was known of the capacity then. */
export async function searchPicture(
  reader: StoreReader,
  report: Report,
  wanted: string | undefined,
): Promise<string> {
  const axis = axisOf(report, wanted);
  const events = await reader.readEvents(report.run.id, 0);
  return renderSearch({ axis, waves: report.waves, estimates: estimatesOf(events, axis) });
}

function axisOf({ waves }: Report, wanted: string | undefined): RayId {
  const searched = [...new Set(waves.map(({ axis }) => axis))];
  const axis = RayIdSchema.safeParse(wanted ?? searched[0]).data;
  if (axis !== undefined && searched.includes(axis)) return axis;
  throw new LoadstoneError("CONFIG_INVALID", `the run has no search of ${wanted ?? "any axis"}`, {
    hint:
      searched.length === 0 ? "it ended before its first window" : `--axis ${searched.join("|")}`,
  });
}

function estimatesOf(events: readonly EventRow[], axis: RayId): EstimateAt[] {
  return events.flatMap(({ kind, atMs, detail }) => {
    if (kind !== "estimate") return [];
    const { data } = EstimateDetail.safeParse(JSON.parse(detail));
    if (data?.axis !== axis) return [];
    const { value, low, high } = data;
    return value === null || low === null || high === null ? [] : [{ atMs, value, low, high }];
  });
}
