import { bad, type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

const REFUSED = 0x80;

/** A Unit connects with its token and subscribes to what its schema names. */
export const linkPath: Check = {
  id: "path-link",
  title: "Path: link",
  about: "instance",
  needs: ["test-units"],
  withinMs: 60_000,
  run: async (context) => {
    const bench = await targetOf(context).bench();
    const { token, commandTopics, listenTopics } = bench.unit(0);
    const { clock } = context.world;
    const startedAtMs = clock.now();
    const client = await bench.connect(token);
    const connectedMs = clock.now() - startedAtMs;
    const topics = [...commandTopics, ...listenTopics];
    const needed = "connected, and all of its topics granted";
    for (const topic of topics) {
      if ((await client.subscribe(topic)) < REFUSED) continue;
      const fix = "look at the backend's answers to /units/auth: PU_LINK must lead to it";
      return bad("fail", `the subscription of ${topic} was denied`, needed, fix);
    }
    const tookMs = clock.now() - startedAtMs;
    const seen = `connected in ${connectedMs.toFixed(0)} ms, ${topics.length} topics in ${tookMs.toFixed(0)} ms`;
    return ok(seen, needed);
  },
};
