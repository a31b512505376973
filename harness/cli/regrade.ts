import type { Report } from "#grader/contracts/report.ts";
import type { StoreReader } from "#harness/store/store.ts";
import { FORMATS, isFormat, render } from "#reports/render/render.ts";
import { capacityText } from "#reports/render/format.ts";
import { renderTerminal } from "#reports/render/terminal.ts";
import type { Settings } from "../config.ts";
import { EXIT, LoadstoneError } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import { letterBefore } from "../run/letter-before.ts";
import { regrade, type StoredRun } from "../run/regrade.ts";
import type { World } from "../world.ts";
import { sizeOf } from "./grade.ts";
import { openStores } from "./stores.ts";

/** `loadstone regrade RUN`: judges stored trials anew, by the method of this version. */
export async function regradeStored(
  world: World,
  settings: Settings,
  runId: string,
  { format = "terminal", quiet = false }: { readonly format?: string; readonly quiet?: boolean },
): Promise<number> {
  if (format !== "terminal" && !isFormat(format)) {
    throw new LoadstoneError("CONFIG_INVALID", `there is no format "${format}"`, {
      hint: `choose one of terminal, ${FORMATS.join(", ")}`,
    });
  }
  await using stores = await openStores(world, settings);
  const stored = await readStored(stores.reader, runId);
  const report = regrade(stored);
  world.out(isFormat(format) ? render(report, format) : renderTerminal(report, sizeOf(world)));
  if (!quiet) world.warn(comparison(stored.report, report));
  return EXIT.ok;
}

async function readStored(reader: StoreReader, runId: string): Promise<StoredRun> {
  const [row, report] = await Promise.all([reader.readRun(runId), reader.readReport(runId)]);
  if (row === undefined || report === undefined) {
    throw new LoadstoneError("RUN_NOT_FOUND", `there is no graded run ${runId}`, {
      hint: "`loadstone runs ls` lists the runs; one of given load has no grade",
    });
  }
  const { axes, target, startedAtMs } = report.run;
  return {
    // The program wrote it from its own plan.
    plan: JSON.parse(row.plan) as Plan,
    trials: await reader.readTrials(runId),
    report,
    previousLetter: await letterBefore(reader, { url: target.url, axes }, startedAtMs),
  };
}

/** Whether the stored trials say today what they said then. */
function comparison(before: Report, after: Report): string {
  if (render(before, "json") === render(after, "json")) return "the same report, byte for byte";
  const lines = after.axes.flatMap((axis, at) => {
    const was = before.axes[at];
    if (was === undefined || JSON.stringify(was) === JSON.stringify(axis)) return [];
    const [then, now] = [was, axis].map(({ capacity, id }) => capacityText(capacity, id));
    return [`${axis.id}: was ${then}, is ${now}`];
  });
  const letters = [before.grade.letter, after.grade.letter].map((letter) => letter ?? "none");
  return [`the report differs: letter was ${letters[0]}, is ${letters[1]}`, ...lines].join("\n");
}
