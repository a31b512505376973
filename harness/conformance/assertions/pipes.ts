import type { Assertion } from "../assertion.ts";
import { type Answer, type Bench, fileForm } from "../bench.ts";
import { aText, same } from "../same.ts";
import { detail } from "./rest.ts";

export const NODES = "/unit_nodes";

/** A pipe that stores everything there is, one row a message, unless told otherwise. */
export const pipe = (
  policy: string,
  filters = "max_rate: 0, max_size: 0",
  input = "Text",
): string => `
active_period: {type: Permanent}
filters: {type_input_value: ${input}, last_unique_check: false, ${filters}}
processing_policy: {${policy}}
`;
export const WINDOW = "policy_type: TimeWindow, time_window_size: 3600";

export const upload = (bench: Bench, path: string, text: string, field = "data"): Promise<Answer> =>
  bench.call("POST", NODES + path, { body: fileForm(field, text) });

/** The settings of nodes' pipes. */
export const PIPES: readonly Assertion[] = [
  {
    id: "pipes/default",
    contract: "DataPipe §2",
    quirk: "a new node has the default pipe: the last value, every 5 s, up to 100 bytes",
    needs: ["dataPipe", "defaultLastValue"],
    check: async (bench) => {
      const node = bench.unit(0).inputNodeUuid;
      same("the node", await bench.call("GET", `${NODES}/${node}`), {
        body: { is_data_pipe_active: true, data_pipe_status: "Inactive", data_pipe_error: null },
      });
      const yaml = await bench.call("GET", `${NODES}/get_data_pipe_config/${node}`);
      for (const part of [/policy_type: LastValue/, /max_rate: 5\b/, /max_size: 100\b/]) {
        same("its settings", yaml.body, part);
      }
    },
  },
  {
    id: "pipes/check",
    contract: "DataPipe §3",
    quirk: "settings are checked by stage, and refused with nothing but a count",
    needs: ["dataPipe"],
    check: async (bench) => {
      const wrong = pipe(
        "policy_type: TimeWindow, time_window_size: 61",
        "max_rate: 0, max_size: -1",
      );
      const right = await upload(bench, "/check_data_pipe_config", pipe(WINDOW));
      same("right ones", right, { status: 200, body: [] });
      same("wrong ones", await upload(bench, "/check_data_pipe_config", wrong), {
        status: 200,
        body: [
          { stage: "Filters", message: aText },
          { stage: "ProcessingPolicy", message: aText },
        ],
      });
      const set = `/set_data_pipe_config?uuid=${bench.unit(2).outputNodeUuid}`;
      const refused = await upload(bench, set, wrong);
      same("set", refused, detail(422, /2 validation errors for DataPipeConfig$/));
      same("empty", await upload(bench, set, ""), detail(422, /DataPipe is None$/));
      same("another field", await upload(bench, set, pipe(WINDOW), "file"), { status: 422 });
    },
  },
  {
    id: "pipes/inactive",
    contract: "REST §7",
    quirk: "an inactive pipe takes no settings",
    needs: ["dataPipe"],
    check: async (bench) => {
      const node = bench.unit(1).inputNodeUuid;
      const body = { is_data_pipe_active: false };
      same("PATCH", await bench.call("PATCH", `${NODES}/${node}`, { body }), {
        body: { is_data_pipe_active: false },
      });
      const answer = await upload(bench, `/set_data_pipe_config?uuid=${node}`, pipe(WINDOW));
      same("set", answer, detail(422, /^422: 8: .*Data pipe is not active$/));
    },
  },
  {
    id: "pipes/set-state",
    contract: "REST §7",
    quirk: "setting an Input publishes the value and resets what the node was set to",
    inferred: true,
    check: async (bench) => {
      const node = bench.unit(5).inputNodeUuid;
      const listener = await bench.connect(bench.unit(5).token);
      same("SUBACK", await listener.subscribe(bench.topic(node)), 0);
      const set = () =>
        bench.call("PATCH", `${NODES}/set_state_input/${node}`, { body: { state: "on" } });
      same("set_state_input", await set(), {
        status: 200,
        body: {
          state: "on",
          visibility_level: "Public",
          max_connections: 10,
          is_data_pipe_active: false,
        },
      });
      await listener.hears("the value", ({ text }) => text === "on");
      const asUnit = { token: bench.unit(0).token, body: { state: "x" } };
      const refused = await bench.call("PATCH", `${NODES}/set_state_input/${node}`, asUnit);
      same("by a Unit", refused, { status: 403 });
    },
  },
];
