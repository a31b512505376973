import { setMaxListeners } from "node:events";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { JobName, Shard, ShardJobs } from "../axes/shard.ts";
import { UnitShard } from "../axes/unit-shard.ts";
import { Workspace } from "../transport/mqtt/workspace.ts";
import { alignedClock } from "./aligned-clock.ts";
import {
  type Ask,
  type FromWorker,
  postedError,
  type ToWorker,
  type WorkerSetup,
} from "./protocol.ts";

/** A thread that sends: does the jobs it is asked for, and tells what came of them. */
export function serve(shard: Shard, port: MessagePort): void {
  const tell = (message: FromWorker) => port.postMessage(message);
  const running = new Map<number, AbortController>();
  shard.onTally = (axis, tally) => tell({ kind: "tally", axis, tally });
  const doJob = async ({ id, name, input }: Ask): Promise<void> => {
    const stop = new AbortController();
    // As many as Units connect at once.
    setMaxListeners(0, stop.signal);
    running.set(id, stop);
    try {
      tell({ kind: "done", id, output: await run(shard, name, input, stop.signal) });
    } catch (error) {
      tell({ kind: "failed", id, error: postedError(error) });
    } finally {
      running.delete(id);
    }
  };
  port.on("message", (message: ToWorker) => {
    switch (message.kind) {
      case "ask":
        void doJob(message);
        return;
      case "abort":
        running.get(message.id)?.abort(new Error("the job is not wanted any more"));
        return;
      case "cut":
        shard.cut(message.axis, message.cut);
        return;
      case "arrived":
        shard.arrived(message.batch);
        return;
      case "end":
        for (const stop of running.values()) stop.abort(new Error("the thread ends"));
        void end(shard, port);
        return;
      default:
        message satisfies never;
    }
  });
  tell({ kind: "ready" });
}

async function end(shard: Shard, port: MessagePort): Promise<void> {
  try {
    await shard[Symbol.asyncDispose]();
  } finally {
    port.close();
  }
}

/** A job's name and input come from one `Ask`, so they fit. */
function run(
  shard: ShardJobs,
  name: JobName,
  input: Ask["input"],
  signal: AbortSignal,
): Promise<unknown> {
  const job = shard[name].bind(shard) as (input: unknown, signal: AbortSignal) => Promise<unknown>;
  return job(input, signal);
}

function openShard(setup: WorkerSetup): Shard {
  const clock = alignedClock(setup.clockOriginMs);
  const workspace = new Workspace({ now: () => clock.now() });
  const { share, seed, units, connect } = setup;
  return new UnitShard({ share, seed, units, clock, connect: { ...connect, workspace } });
}

if (parentPort !== null) serve(openShard(workerData as WorkerSetup), parentPort);
