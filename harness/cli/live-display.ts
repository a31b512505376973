import { type ProgressView, renderProgress, renderProgressLine } from "#reports/render/progress.ts";
import type { RunNews } from "../run/progress.ts";
import type { Terminal, World } from "../world.ts";

/** Shows how a run goes: redrawn in place on a terminal, a line now and then elsewhere. */
export interface LiveDisplay {
  show(news: RunNews): void;
  /** Leaves the cursor below what was drawn. */
  end(): void;
}

const LINE_EVERY_MS = 10_000;
const UP = (lines: number) => `\u001b[${lines}A`;
const CLEAR_BELOW = "\u001b[0J";

export function openDisplay(world: World, quiet: boolean): LiveDisplay {
  if (quiet) return { show: () => {}, end: () => {} };
  return world.terminal === undefined ? lineDisplay(world) : new Redrawn(world, world.terminal);
}

function lineDisplay(world: World): LiveDisplay {
  let saidAtMs = -Infinity;
  return {
    show: (news) => {
      if (news.kind === "message") {
        if (isMilestone(news.text)) world.warn(news.text);
        return;
      }
      const now = world.clock.now();
      if (now - saidAtMs < LINE_EVERY_MS) return;
      saidAtMs = now;
      world.warn(renderProgressLine(news.view));
    },
    end: () => {},
  };
}

/** Counting messages ("created 3 of 60") belong on a terminal; a log wants the first and last. */
export function isMilestone(text: string): boolean {
  const counted = /(\d+) of (\d+)$/.exec(text);
  return counted === null || counted[1] === counted[2];
}

class Redrawn implements LiveDisplay {
  readonly #world: World;
  readonly #terminal: Terminal;
  #drawn = 0;
  #view: ProgressView | undefined;
  #message = "";

  constructor(world: World, terminal: Terminal) {
    this.#world = world;
    this.#terminal = terminal;
  }

  show(news: RunNews): void {
    if (news.kind === "progress") this.#view = news.view;
    else this.#message = news.text;
    this.#draw();
  }

  end(): void {
    this.#erase();
    this.#drawn = 0;
  }

  #draw(): void {
    const width = this.#terminal.columns;
    const color = this.#world.env["NO_COLOR"] === undefined;
    const lines = this.#view === undefined ? [] : renderProgress(this.#view, { color, width });
    if (this.#message !== "") lines.push(this.#message.slice(0, width - 1));
    this.#erase();
    this.#terminal.write(`${lines.join("\n")}\n`);
    this.#drawn = lines.length;
  }

  #erase(): void {
    if (this.#drawn > 0) this.#terminal.write(`\r${UP(this.#drawn)}${CLEAR_BELOW}`);
  }
}
