import type { AxisId } from "#grader/contracts/axis.ts";
import type { Letter } from "#grader/contracts/report.ts";
import { METHOD_VERSION } from "#grader/contracts/scale.ts";
import type { StoreReader } from "#harness/store/store.ts";

/** Reports looked through for the last one of a target. */
const LOOKED_AT = 50;

/**
 * The letter a target held by its last grading over the same axes and by this method, before
 * `untilMs` if given.
 */
export async function letterBefore(
  reader: StoreReader,
  target: { readonly url: string; readonly axes: readonly AxisId[] },
  untilMs = Infinity,
): Promise<Letter | undefined> {
  const axes = target.axes.join();
  const earlier = (await reader.listReports(LOOKED_AT)).find(
    ({ report: { run, method } }) =>
      method.version === METHOD_VERSION &&
      run.target.url === target.url &&
      run.axes.join() === axes &&
      run.startedAtMs < untilMs,
  );
  return earlier?.report.grade.letter ?? undefined;
}
