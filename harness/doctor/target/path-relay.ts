import { type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

const MESSAGES = 3;

/** Messages of one Unit along an edge to the other. */
export const relayPath: Check = {
  id: "path-relay",
  title: "Path: relay",
  about: "instance",
  needs: ["path-link"],
  withinMs: 60_000,
  run: async (context) => {
    const bench = await targetOf(context).bench();
    const { clock } = context.world;
    const from = bench.unit(0);
    const listener = await bench.connect(bench.unit(1).token);
    await listener.subscribe(from.outputTopic);
    const sender = await bench.connect(from.token);
    const tookMs: number[] = [];
    for (let at = 0; at < MESSAGES; at++) {
      const startedAtMs = clock.now();
      sender.send(from.outputTopic, `doctor ${at}`);
      await listener.hears(`message ${at + 1}`, ({ text }) => text === `doctor ${at}`);
      tookMs.push(clock.now() - startedAtMs);
    }
    const [first = 0, ...others] = tookMs;
    const best = Math.min(...others);
    const seen = `Unit to Unit in ${best.toFixed(1)} ms, the first in ${first.toFixed(1)} ms`;
    return ok(seen, "every message at the other Unit");
  },
};
