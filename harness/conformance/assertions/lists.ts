import type { Assertion } from "../assertion.ts";
import type { Bench } from "../bench.ts";
import { aUuid, holds, present, same } from "../same.ts";
import { detail } from "./rest.ts";

const LIMITED = "limit must be <= 500";

interface UnitPage {
  readonly count: number;
  readonly units: readonly { readonly name: string; readonly unit_nodes: readonly unknown[] }[];
}

/** The bench's own Units, whatever else the instance holds. */
async function ours(bench: Bench, more: string, token?: string | null): Promise<UnitPage> {
  const path = `/units?search_string=${bench.parts.prefix}u${more}`;
  const answer = await bench.call("GET", path, token === undefined ? {} : { token });
  same(`GET ${path}`, answer, { status: 200, body: { units: present } });
  return answer.body as UnitPage;
}

const namesOf = ({ units }: UnitPage): string => units.map(({ name }) => name).join(" ");

/** Paging, searching and sight of lists. */
export const LISTS: readonly Assertion[] = [
  {
    id: "lists/no-default-limit",
    contract: "REST §1.3",
    quirk: "without a limit, or with 0, a list gives every row",
    check: async (bench) => {
      const [none, zero] = [await ours(bench, ""), await ours(bench, "&limit=0")];
      same("rows", [none.units.length, zero.units.length], [none.count, none.count]);
    },
  },
  {
    id: "lists/paging",
    contract: "REST §1.3",
    quirk: "count is the total before paging",
    check: async (bench) => {
      const all = await ours(bench, "&order_by_create_date=asc");
      const page = await ours(bench, "&order_by_create_date=asc&offset=1&limit=2");
      same("count", page.count, all.count);
      same(
        "the page",
        namesOf(page),
        all.units
          .slice(1, 3)
          .map(({ name }) => name)
          .join(" "),
      );
    },
  },
  {
    id: "lists/limits",
    contract: "REST §1.3",
    quirk: "a page above 500 or below 0 is refused with a plain text",
    check: async (bench) => {
      same("501", await bench.call("GET", "/units?limit=501"), detail(422, LIMITED));
      same("-1", await bench.call("GET", "/units?limit=-1"), detail(422, "limit must be >= 0"));
      same(
        "offset",
        await bench.call("GET", "/units?offset=-1"),
        detail(422, "offset must be >= 0"),
      );
      same("500", await bench.call("GET", "/units?limit=500"), { status: 200 });
    },
  },
  {
    id: "lists/search",
    contract: "REST §1.3",
    quirk: "every word of a search must be somewhere in the name, in any case",
    check: async (bench) => {
      const { name } = bench.unit(3);
      const words = `${name.slice(-2).toUpperCase()} ${name.slice(0, 6)}`;
      const answer = await bench.call("GET", `/units?search_string=${encodeURIComponent(words)}`);
      same(`the search for "${words}"`, answer, {
        body: { units: (units: UnitPage["units"]) => units.some((unit) => unit.name === name) },
      });
      const none = await ours(bench, encodeURIComponent(" no-such-word"));
      same("with a word more", none.count, 0);
    },
  },
  {
    id: "lists/order",
    contract: "REST §1.3",
    quirk: "lists are sorted by creation, the newest first unless asked otherwise",
    check: async (bench) => {
      const newest = namesOf(await ours(bench, ""));
      const asked = namesOf(await ours(bench, "&order_by_create_date=desc"));
      const oldest = namesOf(await ours(bench, "&order_by_create_date=asc"));
      same("by default", newest, asked);
      same("turned round", oldest.split(" ").toReversed().join(" "), newest);
    },
  },
  {
    id: "lists/order-by-name",
    contract: "REST §1.3",
    quirk: "Units are sorted by name once the orders before it are emptied",
    check: async (bench) => {
      const orders = "&order_by_create_date=&order_by_last_update=&order_by_unit_name=desc";
      const names = namesOf(await ours(bench, orders));
      same("names", names, names.split(" ").sort().toReversed().join(" "));
    },
  },
  {
    id: "lists/producers-of-input",
    contract: "REST §6",
    quirk: "Units by unit_node_input_uuid are those whose Outputs the Input hears",
    check: async (bench) => {
      const path = `/units?unit_node_input_uuid=${bench.unit(1).inputNodeUuid}&limit=6`;
      same(`GET ${path}`, await bench.call("GET", path), {
        status: 200,
        body: { count: 1, units: [{ uuid: bench.unit(0).uuid }] },
      });
    },
  },
  {
    id: "lists/repeated-parameter",
    contract: "REST §1",
    quirk: "a list in a query repeats its parameter",
    check: async (bench) => {
      const [one, two] = [bench.unit(0), bench.unit(1)];
      const path = `/units?uuids=${one.uuid}&uuids=${two.uuid}`;
      same(`GET ${path}`, await bench.call("GET", path), { body: { count: 2 } });
    },
  },
  {
    id: "lists/anonymous",
    contract: "REST §1.3",
    quirk: "without a token only what is Public is seen",
    check: async (bench) => {
      same("an Internal fleet", (await ours(bench, "", null)).count, 0);
      const { uuid } = bench.unit(0);
      same("one of it", await bench.call("GET", `/units/${uuid}`, { token: null }), {
        status: (seen: unknown) => seen !== 200,
      });
    },
  },
  {
    id: "lists/as-unit",
    contract: "REST §1.3",
    quirk: "a Unit may list Units, and sees what is Internal",
    check: async (bench) => {
      const { count } = await ours(bench, "", bench.unit(0).token);
      holds(count > 0, "a Unit's token sees none of the Internal fleet");
    },
  },
  {
    id: "lists/nodes-on-request",
    contract: "REST §6",
    quirk: "nodes come with Units only when asked for, and then of both types",
    check: async (bench) => {
      const [without] = (await ours(bench, "&limit=1")).units;
      same("not asked for", without?.unit_nodes, []);
      const [unit] = (await ours(bench, "&limit=1&is_include_output_unit_nodes=true")).units;
      const nodes = (unit?.unit_nodes ?? []) as { readonly type: string }[];
      same("types", [...new Set(nodes.map(({ type }) => type))].sort(), ["Input", "Output"]);
    },
  },
  {
    id: "lists/inputs-of-output",
    contract: "REST §7",
    quirk: "nodes by output_uuid are the Inputs linked to it",
    check: async (bench) => {
      const { outputNodeUuid } = bench.unit(0);
      const { inputNodeUuid } = bench.unit(1);
      const answer = await bench.call("GET", `/unit_nodes?output_uuid=${outputNodeUuid}&limit=100`);
      same("the linked Inputs", answer, {
        status: 200,
        body: { count: 1, unit_nodes: [{ uuid: inputNodeUuid, type: "Input", unit_uuid: aUuid }] },
      });
    },
  },
];
