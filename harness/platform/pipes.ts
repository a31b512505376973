import { FormData } from "undici";
import { z } from "zod";
import { LoadstoneError } from "../errors.ts";
import type { Call } from "./http.ts";
import { inParallel } from "./parallel.ts";
import { Refusal } from "./refusal.ts";

/** Policies that keep a row for each reading. */
export type RowPolicy = "NRecords" | "TimeWindow";
export type PipePolicy = RowPolicy | "LastValue";

const Rows = z.object({
  pipe_data: z.array(z.object({ state: z.string(), create_datetime: z.string() })),
});
/** A reading as the platform keeps it; the time is its own, when the reading came in. */
export type StoredRow = z.infer<typeof Rows>["pipe_data"][number];

export interface RowQuery {
  readonly node: string;
  readonly policy: RowPolicy;
  /** From this time on, itself included, as the platform wrote it. */
  readonly since: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

type Send = <T>(call: Call<T>) => Promise<T>;
const Nothing = z.unknown().transform((): void => undefined);

/** The calls about what the instance stores of a node. */
export const pipeCalls = (send: Send) => ({
  activate: (node: string) =>
    send({
      method: "PATCH",
      path: `/unit_nodes/${encodeURIComponent(node)}`,
      answer: Nothing,
      body: { is_data_pipe_active: true },
    }),
  configure: (node: string, config: string) => {
    const body = new FormData();
    body.append("data", new Blob([config]), "pipe.yaml");
    const path = "/unit_nodes/set_data_pipe_config";
    const query = { uuid: node };
    return send({ method: "POST", path, query, answer: Nothing, body, repeatable: true });
  },
  rows: async ({ node, policy, since, offset, limit }: RowQuery): Promise<readonly StoredRow[]> => {
    const query = {
      uuid: node,
      type: policy,
      start_create_datetime: since,
      order_by_create_date: "asc",
      offset,
      limit,
    };
    const path = "/unit_nodes/get_data_pipe_data/";
    return (await send({ method: "GET", path, query, answer: Rows })).pipe_data;
  },
});
export type PipeCalls = ReturnType<typeof pipeCalls>;

/** Most records of a node, and the shortest time they are kept: both outlast a window by far. */
const MOST_RECORDS = 1024;
const KEPT_SEC = 60;

/** A pipe that stores every reading of just so many bytes and drops all that is longer, as YAML. */
export function pipeConfig(policy: PipePolicy, bytes: number): string {
  return JSON.stringify({
    active_period: { type: "Permanent" },
    filters: {
      type_input_value: "Number",
      max_rate: 0,
      last_unique_check: false,
      max_size: bytes,
    },
    processing_policy: {
      policy_type: policy,
      ...(policy === "NRecords" ? { n_records_count: MOST_RECORDS } : {}),
      ...(policy === "TimeWindow" ? { time_window_size: KEPT_SEC } : {}),
    },
  });
}

/** A node and what it is to keep. A configuration ends with its Unit: there is nothing to undo. */
export interface PipeWish {
  readonly node: string;
  readonly policy: PipePolicy;
  readonly bytes: number;
}

const AT_ONCE = 8;

/** Gives nodes their pipes; an instance that gives none by itself has them switched on first. */
export async function setPipes(
  pipes: Pick<PipeCalls, "activate" | "configure">,
  wishes: readonly PipeWish[],
): Promise<void> {
  await inParallel(wishes, AT_ONCE, async ({ node, policy, bytes }) => {
    const config = pipeConfig(policy, bytes);
    try {
      await pipes.configure(node, config);
    } catch (error) {
      if (!isInactive(error)) throw explained(error);
      await pipes.activate(node);
      await pipes.configure(node, config);
    }
  });
}

const isInactive = (error: unknown): boolean =>
  error instanceof Refusal && error.detail.includes("pipe is not active");

const FEATURE_OFF = 405;

function explained(error: unknown): unknown {
  if (!(error instanceof Refusal) || error.status !== FEATURE_OFF) return error;
  return new LoadstoneError("TARGET_ANSWER_INVALID", "the instance has its DataPipe switched off", {
    cause: error,
    hint: "set PU_FF_DATAPIPE_ENABLE=True of the backend, or leave the axis store out with --axes",
  });
}
