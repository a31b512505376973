import type { Assertion } from "../assertion.ts";
import { type Answer, type Bench, fileForm } from "../bench.ts";
import { aNaiveDate, aText, aWholeNumber, holds, same } from "../same.ts";
import { detail } from "./rest.ts";

const NODES = "/unit_nodes";

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

const upload = (bench: Bench, path: string, text: string, field = "data"): Promise<Answer> =>
  bench.call("POST", NODES + path, { body: fileForm(field, text) });

/** Switches a node's pipe on with these settings. */
async function setPipe(bench: Bench, node: string, yaml: string): Promise<void> {
  const body = { is_data_pipe_active: true };
  same("switched on", await bench.call("PATCH", `${NODES}/${node}`, { body }), { status: 200 });
  const answer = await upload(bench, `/set_data_pipe_config?uuid=${node}`, yaml);
  same("set_data_pipe_config", answer, { status: 204 });
}

interface Stored {
  readonly count: number;
  readonly pipe_data: readonly { readonly state: unknown }[];
}

async function stored(bench: Bench, node: string, more: string): Promise<Stored> {
  const path = `${NODES}/get_data_pipe_data/?uuid=${node}&order_by_create_date=asc&${more}`;
  const answer = await bench.call("GET", path);
  same(`GET ${path}`, answer, { status: 200, body: { count: aWholeNumber } });
  return answer.body as Stored;
}

const textsOf = ({ pipe_data: rows }: Stored): string => rows.map(({ state }) => state).join(" ");
const HERE = "here";

/**
 * Publishes `HERE` until the service, which takes a while to read new settings, stores it; then the
 * texts, and gives what is stored once the last of them is.
 */
async function publishStored(bench: Bench, node: string, type: string, texts: readonly string[]) {
  const client = await bench.connect(bench.unit(2).token);
  const topic = bench.topic(node);
  const read = () => stored(bench, node, `type=${type}`);
  await bench.until(
    "a stored message",
    async () => {
      await client.publish(topic, HERE);
      return read();
    },
    ({ count }: Stored) => count > 0,
    25_000,
  );
  for (const text of texts) await client.publish(topic, text);
  const last = texts.at(-1) ?? HERE;
  await bench.until("the last message", read, (page: Stored) => textsOf(page).endsWith(last));
  return read();
}

/** What the DataPipe keeps, and what it answers. */
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
    id: "pipes/time-window",
    contract: "DataPipe §5",
    quirk: "a TimeWindow stores one row a message and gives it back with size and expiry",
    needs: ["dataPipe"],
    check: async (bench) => {
      const node = bench.unit(2).outputNodeUuid;
      await setPipe(bench, node, pipe(WINDOW, "max_rate: 0, max_size: 8"));
      const page = await publishStored(bench, node, "TimeWindow", ["a", "far too long", "a", "b"]);
      same("what is stored", textsOf(page).replaceAll(/(here )+/g, ""), "a a b");
      same("rows", page.pipe_data.length, page.count);
      same("the last row", page.pipe_data.at(-1), {
        unit_node_uuid: node,
        state: "b",
        state_type: "Text",
        create_datetime: aNaiveDate,
        expiration_datetime: aNaiveDate,
        size: 1,
      });
    },
  },
  {
    id: "pipes/n-records",
    contract: "DataPipe §5",
    quirk: "NRecords rows carry the count they are kept to",
    needs: ["dataPipe"],
    check: async (bench) => {
      const node = bench.unit(2).inputNodeUuid;
      await setPipe(bench, node, pipe("policy_type: NRecords, n_records_count: 50"));
      const page = await publishStored(bench, node, "NRecords", ["1"]);
      const row = { unit_node_uuid: node, state: "1", state_type: "Text", max_count: 50, size: 1 };
      same("the last row", page.pipe_data.at(-1), { ...row, create_datetime: aNaiveDate });
    },
  },
  {
    id: "pipes/last-value",
    contract: "DataPipe §5",
    quirk: "LastValue is the node's state, within the flush interval and a second's resolution",
    needs: ["dataPipe"],
    check: async (bench) => {
      const node = bench.unit(3).outputNodeUuid;
      const value = "policy_type: LastValue";
      await setPipe(bench, node, pipe(value, "max_rate: 0, max_size: 100"));
      const client = await bench.connect(bench.unit(3).token);
      const look = async () => (await bench.call("GET", `${NODES}/${node}`)).body;
      const seen = await bench.until(
        "the node's state",
        async () => {
          await client.publish(bench.topic(node), "21.5");
          await client.publish(bench.topic(node), "x".repeat(101));
          return look();
        },
        (body: { readonly state: unknown }) => body.state !== null,
        25_000,
      );
      same("the node", seen, { state: "21.5", last_update_datetime: /T\d\d:\d\d:\d\d(\.0+)?$/ });
    },
  },
  {
    id: "pipes/last-value-by-rest",
    contract: "REST §7.1",
    quirk: "asking REST for a LastValue is a 500",
    inferred: true,
    needs: ["dataPipe"],
    check: async (bench) => {
      const node = bench.unit(0).outputNodeUuid;
      const path = `${NODES}/get_data_pipe_data/?uuid=${node}&type=LastValue`;
      same(`GET ${path}`, await bench.call("GET", path), { status: 500 });
    },
  },
  {
    id: "pipes/aggregation",
    contract: "DataPipe §5",
    quirk: "an Aggregation's row comes when its window, aligned to UTC, has ended",
    needs: ["dataPipe", "slow"],
    check: async (bench) => {
      const node = bench.unit(3).inputNodeUuid;
      const policy = "policy_type: Aggregation, time_window_size: 60, aggregation_functions: Avg";
      await setPipe(bench, node, pipe(policy, "max_rate: 0, max_size: 0", "Number"));
      const client = await bench.connect(bench.unit(3).token);
      const seen = await bench.until(
        "the window's row",
        async () => {
          await client.publish(bench.topic(node), "4");
          return stored(bench, node, "type=Aggregation");
        },
        ({ count }: Stored) => count > 0,
        80_000,
      );
      same("the row", (seen as Stored).pipe_data[0], {
        unit_node_uuid: node,
        state: 4,
        aggregation_type: "Avg",
        time_window_size: 60,
        create_datetime: aNaiveDate,
        start_window_datetime: /:00(\.0+)?$/,
        end_window_datetime: /:00(\.0+)?$/,
      });
    },
  },
  {
    id: "pipes/reading",
    contract: "REST §7.1",
    quirk: "any Unit may read what a node stored; a bad relative time is a 500",
    needs: ["dataPipe"],
    check: async (bench) => {
      const path = `${NODES}/get_data_pipe_data/?uuid=${bench.unit(0).outputNodeUuid}`;
      const { token } = bench.unit(5);
      same("another Unit", await bench.call("GET", `${path}&type=NRecords`, { token }), {
        status: 200,
        body: { count: 0, pipe_data: [] },
      });
      const read = (more: string) => bench.call("GET", path + more);
      same("nobody", await bench.call("GET", `${path}&type=NRecords`, { token: null }), {
        status: 403,
      });
      same("no such policy", await read("&type=Sometimes"), { status: 422 });
      same("501", await read("&type=NRecords&limit=501"), detail(422, "limit must be <= 500"));
      same("relative", await read("&type=NRecords&relative_time=1h"), { status: 200 });
      same("no span", await read("&type=NRecords&relative_time=soon"), { status: 500 });
    },
  },
  {
    id: "pipes/csv",
    contract: "REST §7",
    quirk: "a CSV replaces what is stored and comes back in a ZIP; deleting empties",
    needs: ["dataPipe"],
    check: async (bench) => {
      const node = bench.unit(4).outputNodeUuid;
      await setPipe(bench, node, pipe(WINDOW));
      const empty = await bench.call("GET", `${NODES}/get_data_pipe_data_csv/${node}`);
      same("nothing stored", empty, detail(422, /No data found$/));
      const at = (agoMs: number) =>
        new Date(bench.parts.clock.wall() - agoMs).toISOString().replace("T", " ").slice(0, -1);
      const csv = `state,create_datetime\r\n1,${at(3000)}\r\n2,${at(2000)}\r\n`;
      same("set", await upload(bench, `/set_data_pipe_data_csv?uuid=${node}`, csv), {
        status: 204,
      });
      await bench.until(
        "the rows of the CSV",
        () => stored(bench, node, "type=TimeWindow"),
        (page: Stored) => textsOf(page) === "1 2",
      );
      const zip = await bench.call("GET", `${NODES}/get_data_pipe_data_csv/${node}`);
      holds(typeof zip.body === "string" && zip.body.startsWith("PK"), "the export is no ZIP");
      same("DELETE", await bench.call("DELETE", `${NODES}/delete_data_pipe_data/${node}`), {
        status: 204,
      });
      await bench.until(
        "the end of the rows",
        () => stored(bench, node, "type=TimeWindow"),
        ({ count }: Stored) => count === 0,
      );
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
