import type { Assertion } from "../assertion.ts";
import type { Bench } from "../bench.ts";
import { aUuid, present, same } from "../same.ts";
import { detail } from "./rest.ts";

const ask = async (bench: Bench, token: string, topic: string): Promise<unknown> => {
  const answer = await bench.call("POST", "/units/auth", { token: null, body: { token, topic } });
  same(`the hook on ${topic}`, answer, { status: 200, body: { result: /^(allow|deny)$/ } });
  return (answer.body as { result: string }).result;
};

/** Holds what the hook answers to a Unit's token against what it should. */
async function decides(
  bench: Bench,
  table: Readonly<Record<string, "allow" | "deny">>,
  token = bench.unit(0).token,
): Promise<void> {
  for (const [topic, wanted] of Object.entries(table)) {
    same(`the hook on ${topic}`, await ask(bench, token, topic), wanted);
  }
}

const setVisibility = (bench: Bench, node: string, visibility_level: string) =>
  bench.call("PATCH", `/unit_nodes/${node}`, { body: { visibility_level } });

/** The access hook, edges, permissions and visibility. */
export const ACCESS: readonly Assertion[] = [
  {
    id: "access/own-base-topics",
    contract: "REST §6.2",
    quirk: "a Unit may use five-part topics below its own uuid, with wildcards too",
    check: async (bench) => {
      const { uuid } = bench.unit(0);
      const other = bench.unit(1).uuid;
      const { domain } = bench.parts.broker;
      await decides(bench, {
        [`${domain}/output_base_topic/${uuid}/state/pepeunit`]: "allow",
        [`${domain}/input_base_topic/${uuid}/update/pepeunit`]: "allow",
        [`${domain}/input_base_topic/${uuid}/+/pepeunit`]: "allow",
        [`${domain}/output_base_topic/${other}/state/pepeunit`]: "deny",
        [`${domain}/other_base_topic/${uuid}/state/pepeunit`]: "deny",
      });
    },
  },
  {
    id: "access/parts",
    contract: "REST §6.2",
    quirk: "topics of one, four, or more than five parts are denied, and so is #",
    check: async (bench) => {
      const { uuid } = bench.unit(0);
      const { domain } = bench.parts.broker;
      await decides(bench, {
        [domain]: "deny",
        [`${domain}/output_base_topic/${uuid}/state`]: "deny",
        [`${domain}/output_base_topic/${uuid}/state/pepeunit/more`]: "deny",
        "#": "deny",
        [`${domain}/#`]: "deny",
      });
    },
  },
  {
    id: "access/nodes",
    contract: "REST §6.2",
    quirk: "any Unit may use an Internal node's topic, under any domain and any last part",
    check: async (bench) => {
      const node = bench.unit(3).inputNodeUuid;
      const { domain } = bench.parts.broker;
      await decides(bench, {
        [`${domain}/${node}/pepeunit`]: "allow",
        [`${domain}/${node}`]: "allow",
        [`elsewhere/${node}/anything`]: "allow",
        [`${domain}/${bench.unit(0).uuid}/pepeunit`]: "deny",
        [`${domain}/+/pepeunit`]: "deny",
      });
    },
  },
  {
    id: "access/tokens",
    contract: "REST §6.2",
    quirk: "a user's token and one that is none are denied, with status 200",
    check: async (bench) => {
      const topic = bench.topic(bench.unit(0).outputNodeUuid);
      await decides(bench, { [topic]: "deny" }, bench.parts.user.token);
      await decides(bench, { [topic]: "deny" }, "not-a-token");
    },
  },
  {
    id: "access/private-node",
    contract: "REST §6.2",
    quirk: "a Private node is for those with a permission, and an edge gives one",
    check: async (bench) => {
      const node = bench.unit(2).outputNodeUuid;
      const topic = bench.topic(node);
      same("PATCH to Private", await setVisibility(bench, node, "Private"), { status: 200 });
      try {
        await decides(bench, { [topic]: "deny" });
        await decides(bench, { [topic]: "allow" }, bench.unit(3).token);
      } finally {
        await setVisibility(bench, node, "Internal");
      }
    },
  },
  {
    id: "access/visibility-order",
    contract: "REST §1.4",
    quirk: "a node is at least as private as its Unit",
    check: async (bench) =>
      same(
        "a Public node of an Internal Unit",
        await setVisibility(bench, bench.unit(4).outputNodeUuid, "Public"),
        detail(422, /^422: /),
      ),
  },
  {
    id: "access/edge-twice",
    contract: "REST §1.2",
    quirk: "an edge can be made once",
    check: async (bench) => {
      const body = {
        node_output_uuid: bench.unit(0).outputNodeUuid,
        node_input_uuid: bench.unit(1).inputNodeUuid,
      };
      const answer = await bench.call("POST", "/unit_nodes/create_unit_node_edge", { body });
      same("an edge again", answer, detail(422, /^422: 8: .*Edge exist$/));
    },
  },
  {
    id: "access/edge-limit",
    contract: "REST §1.4",
    quirk: "a node takes as many edges a side as max_connections says",
    check: async (bench) => {
      const node = bench.unit(0).outputNodeUuid;
      const set = (max_connections: number) =>
        bench.call("PATCH", `/unit_nodes/${node}`, { body: { max_connections } });
      same("PATCH to 1", await set(1), { status: 200, body: { max_connections: 1 } });
      try {
        const body = { node_output_uuid: node, node_input_uuid: bench.unit(3).inputNodeUuid };
        const answer = await bench.call("POST", "/unit_nodes/create_unit_node_edge", { body });
        same(
          "a second",
          answer,
          detail(422, /Maximum number of outgoing connections \(1\) reached/),
        );
      } finally {
        await set(10);
      }
    },
  },
  {
    id: "access/edge-deletion",
    contract: "GraphQL §3",
    quirk: "an edge is deleted by GraphQL, REST has no way",
    check: async (bench) => {
      const [from, to] = [bench.unit(4).outputNodeUuid, bench.unit(5).inputNodeUuid];
      const mutation = `mutation ($i: UUID!, $o: UUID!) {
        deleteUnitNodeEdge(inputUuid: $i, outputUuid: $o) { isNone } }`;
      const answer = await bench.graphql(mutation, { i: to, o: from });
      same("deleteUnitNodeEdge", answer, {
        body: { data: { deleteUnitNodeEdge: { isNone: present } } },
      });
      const edge = { node_output_uuid: from, node_input_uuid: to };
      const again = await bench.call("POST", "/unit_nodes/create_unit_node_edge", { body: edge });
      same("made anew", again, { status: 201, body: { uuid: aUuid, ...edge } });
    },
  },
  {
    id: "access/permission-twice",
    contract: "REST §8",
    quirk: "a permission is given once, and taken by agent and resource",
    check: async (bench) => {
      const agent = bench.unit(0).uuid;
      const resource = bench.unit(3).inputNodeUuid;
      const body = {
        agent_uuid: agent,
        agent_type: "Unit",
        resource_uuid: resource,
        resource_type: "UnitNode",
      };
      const give = () => bench.call("POST", "/permission", { body });
      same("given", await give(), { status: 201, body: { uuid: aUuid, agent_uuid: agent } });
      same(
        "again",
        await give(),
        detail(422, "422: 4: Permission Validation Error: Permission is exist"),
      );
      const query = `agent_uuid=${agent}&resource_uuid=${resource}`;
      same("taken", await bench.call("DELETE", `/permission/permission/x?${query}`), {
        status: 204,
      });
    },
  },
  {
    id: "access/foreign-unit-cannot-change",
    contract: "REST §6",
    quirk: "a Unit's token changes nothing of a Unit",
    check: async (bench) =>
      same(
        "DELETE by another Unit",
        await bench.call("DELETE", `/units/${bench.unit(1).uuid}`, { token: bench.unit(0).token }),
        detail(403, /^403: 1: /),
      ),
  },
];
