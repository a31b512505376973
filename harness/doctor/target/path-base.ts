import { type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

interface Seen {
  readonly current_commit_version: string | null;
}

/** A state and a log of one Unit, and what the backend made of them. */
export const basePath: Check = {
  id: "path-base",
  title: "Path: base",
  about: "instance",
  needs: ["path-link"],
  withinMs: 60_000,
  run: async (context) => {
    const target = targetOf(context);
    const bench = await target.bench();
    const { token, uuid, stateTopic, logTopic } = bench.unit(0);
    const { clock } = context.world;
    const client = await bench.connect(token);
    const startedAtMs = clock.now();
    const version = `doctor-${target.runId}`;
    await client.publish(stateTopic, JSON.stringify({ millis: 1, pu_commit_version: version }));
    const unit = async () => (await bench.call("GET", `/units/${uuid}`)).body;
    const isIt = ({ current_commit_version: seen }: Seen) => seen === version;
    await bench.until("the state in the Unit", unit, isIt);
    await client.publish(logTopic, JSON.stringify({ level: "Info", text: version }));
    const logs = async () =>
      (await bench.call("GET", `/units/log_list/?uuid=${uuid}&limit=6`)).body;
    await bench.until(
      "the log in the Unit's log",
      logs,
      ({ count }: { count: number }) => count > 0,
    );
    const tookMs = clock.now() - startedAtMs;
    return ok(`state and log read back within ${tookMs.toFixed(0)} ms`, "both read back");
  },
};
