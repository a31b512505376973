import type { FixedRunReport } from "#grader/contracts/fixed-run.ts";
import { renderFixedRun } from "#reports/render/fixed-run/terminal.ts";
import { FORMATS, isFormat, render } from "#reports/render/render.ts";
import { renderTerminal } from "#reports/render/terminal.ts";
import { timestamp } from "#reports/render/format.ts";
import { depthOf } from "#harness/store/run-kind.ts";
import type { Settings } from "../config.ts";
import { EXIT, LoadstoneError } from "../errors.ts";
import { readFixedReport } from "../run/fixed-report.ts";
import type { World } from "../world.ts";
import { manifestDirectory, sizeOf } from "./grade.ts";
import { idleNotice } from "./idle-notice.ts";
import { searchPicture } from "./search-picture.ts";
import { openStores } from "./stores.ts";

/** `loadstone runs ls`: what was measured, newest first. */
export async function listRuns(
  world: World,
  settings: Settings,
  flags: { readonly json?: boolean },
): Promise<number> {
  await using stores = await openStores(world, settings);
  const runs = await stores.reader.listRuns(50);
  if (flags.json === true) {
    world.out(`${JSON.stringify(runs, null, 2)}\n`);
    return EXIT.ok;
  }
  for (const run of runs) {
    const verdict = run.verdict ?? run.state;
    world.out(
      `${run.runId}  ${timestamp(run.startedAtMs)}  ${verdict.padEnd(11)}  ${depthOf(run).padEnd(8)}  ${run.targetUrl}\n`,
    );
  }
  if (runs.length === 0) world.warn("nothing measured yet: try `npm start`");
  for (const line of await idleNotice(manifestDirectory(settings))) world.warn(line);
  return EXIT.ok;
}

/** Format of the picture of one axis' search. */
const SEARCH = "search";

/** `loadstone report RUN`: a stored report again, in any format. */
export async function report(
  world: World,
  settings: Settings,
  runId: string,
  flags: { readonly format?: string; readonly axis?: string },
): Promise<number> {
  const format = flags.format ?? "terminal";
  if (format !== "terminal" && format !== SEARCH && !isFormat(format)) {
    throw new LoadstoneError("CONFIG_INVALID", `there is no format "${format}"`, {
      hint: `choose one of terminal, ${FORMATS.join(", ")}, ${SEARCH}`,
    });
  }
  await using stores = await openStores(world, settings);
  const stored = await stores.reader.readReport(runId);
  const fixed = stored === undefined ? await readFixedReport(stores.reader, runId) : undefined;
  if (fixed !== undefined) {
    world.out(fixedText(world, fixed, format));
    return EXIT.ok;
  }
  if (stored === undefined) {
    throw new LoadstoneError("RUN_NOT_FOUND", `there is no report of a run ${runId}`, {
      hint: "`loadstone runs ls` lists the runs",
    });
  }
  if (format === SEARCH) {
    world.out(await searchPicture(stores.reader, stored, flags.axis));
    return EXIT.ok;
  }
  world.out(isFormat(format) ? render(stored, format) : renderTerminal(stored, sizeOf(world)));
  return EXIT.ok;
}

/** A run of given load is for people or for programs; it has no Markdown of its own. */
function fixedText(world: World, fixed: FixedRunReport, format: string): string {
  if (format === "json") return `${JSON.stringify(fixed, null, 2)}\n`;
  if (format === "terminal") return renderFixedRun(fixed, sizeOf(world));
  throw new LoadstoneError("CONFIG_INVALID", `a run of given load has no ${format} report`, {
    hint: "choose terminal or json",
  });
}
