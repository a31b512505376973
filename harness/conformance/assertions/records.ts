import type { Assertion } from "../assertion.ts";
import { aNaiveDate, holds, same } from "../same.ts";
import { NODES, pipe, upload, WINDOW } from "./pipes.ts";
import { detail } from "./rest.ts";
import { ownTextsOf, publishStored, setPipe, type Stored, stored, textsOf } from "./stored.ts";

/** What the DataPipe keeps, and how it is read. */
export const RECORDS: readonly Assertion[] = [
  {
    id: "pipes/time-window",
    contract: "DataPipe §5",
    quirk: "a TimeWindow stores one row a message and gives it back with size and expiry",
    needs: ["dataPipe"],
    check: async (bench) => {
      const node = bench.unit(2).outputNodeUuid;
      await setPipe(bench, node, pipe(WINDOW, "max_rate: 0, max_size: 8"));
      const page = await publishStored(bench, node, "TimeWindow", ["a", "far too long", "a", "b"]);
      same("what is stored", ownTextsOf(page), "a a b");
      same("rows", page.pipe_data.length, page.count);
      same("a search", (await stored(bench, node, "type=TimeWindow&search_string=B")).count, 1);
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
];
