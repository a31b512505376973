import { type Bench, fileForm } from "../../conformance/bench.ts";
import { pause } from "../../load/clock.ts";
import { bad, type Check, type Finding, ok, skipped } from "../check.ts";
import { isPipeSubscribed, KEY_FIX } from "./data-pipe.ts";
import { targetOf } from "./doctor-target.ts";

/** Everything is stored, one row a message. */
const PIPE = `
active_period: {type: Permanent}
filters: {type_input_value: Text, max_rate: 0, last_unique_check: false, max_size: 0}
processing_policy: {policy_type: TimeWindow, time_window_size: 60}
`;
/** New settings within 5 s, a flush within 5 more, and as long again. */
const STORED_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 500;
const NODES = "/unit_nodes";
const ROWS_FIX = "the DataPipe is subscribed: look at its log, and at ClickHouse, for rows it lost";
const DEAD_FIX = `see whether datapipe runs; where it does, ${KEY_FIX}`;

/** A message through the DataPipe and back: its own errors are seen nowhere else. */
export const storePath: Check = {
  id: "path-store",
  title: "Path: store",
  about: "instance",
  needs: ["path-link"],
  withinMs: 60_000,
  run: async (context) => {
    const bench = await targetOf(context).bench();
    if (!bench.parts.root.feature_flags.pu_ff_datapipe_enable) {
      return skipped("the DataPipe is switched off");
    }
    const needed = "a message stored and read back";
    const isSubscribed = await isPipeSubscribed(bench);
    if (isSubscribed === false) {
      return bad("fail", "the DataPipe is not subscribed: nothing was sent", needed, KEY_FIX);
    }
    const refusal = await switchOn(bench, bench.unit(0).outputNodeUuid);
    if (refusal !== undefined) return refusal;
    const stored = await publishAndRead(bench);
    if (stored.outcome === "ok") return ok(stored.seen, needed);
    return bad("fail", stored.seen, needed, isSubscribed === true ? ROWS_FIX : DEAD_FIX);
  },
};

async function switchOn(bench: Bench, node: string): Promise<Finding | undefined> {
  const body = { is_data_pipe_active: true };
  await bench.call("PATCH", `${NODES}/${node}`, { body });
  const path = `${NODES}/set_data_pipe_config?uuid=${node}`;
  const answer = await bench.call("POST", path, { body: fileForm("data", PIPE) });
  if (answer.status === 204) return undefined;
  const seen = `HTTP ${answer.status} to a node's pipe: ${JSON.stringify(answer.body)}`;
  return bad("fail", seen, "a pipe on a node of ours", "look at the backend's log");
}

/** Publishes until one is stored: nobody tells when new settings are in force. */
async function publishAndRead(bench: Bench): Promise<Pick<Finding, "outcome" | "seen">> {
  const { clock, signal } = bench.parts;
  const { outputNodeUuid: node, outputTopic, token } = bench.unit(0);
  const client = await bench.connect(token);
  const path = `${NODES}/get_data_pipe_data/?uuid=${node}&type=TimeWindow&limit=1`;
  const startedAtMs = clock.now();
  for (let sent = 1; ; sent++) {
    await client.publish(outputTopic, "doctor");
    const { body } = await bench.call("GET", path);
    const tookMs = clock.now() - startedAtMs;
    if (Number(Reflect.get(Object(body), "count")) > 0) {
      return { outcome: "ok", seen: `stored and read back within ${(tookMs / 1000).toFixed(1)} s` };
    }
    if (tookMs > STORED_WITHIN_MS) {
      const seen = `${sent} messages within ${STORED_WITHIN_MS / 1000} s, none stored`;
      return { outcome: "fail", seen };
    }
    await pause(clock, LOOK_EVERY_MS, signal);
  }
}
