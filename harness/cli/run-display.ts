import { renderFixedProgress } from "#reports/render/fixed-run/progress.ts";
import type { FixedNews } from "../run/fixed-watch.ts";
import type { World } from "../world.ts";
import { isMilestone } from "./live-display.ts";

const LINE_EVERY_MS = 10_000;
const CLEAR_LINE = "\r\u001b[2K";

/** Shows how a run of given load goes: one line redrawn on a terminal, a line now and then elsewhere. */
export function openRunDisplay(world: World, quiet: boolean): (news: FixedNews | "end") => void {
  if (quiet) return () => {};
  const { terminal } = world;
  let saidAtMs = -Infinity;
  return (news) => {
    if (news === "end") {
      terminal?.write(CLEAR_LINE);
      return;
    }
    const text = news.kind === "message" ? news.text : renderFixedProgress(news.view);
    if (terminal !== undefined) {
      terminal.write(CLEAR_LINE + text.slice(0, terminal.columns - 1));
      return;
    }
    const now = world.clock.now();
    const isDue = now - saidAtMs >= LINE_EVERY_MS;
    if (news.kind === "message" ? !isMilestone(text) : !isDue) return;
    if (news.kind === "progress") saidAtMs = now;
    world.warn(text);
  };
}
