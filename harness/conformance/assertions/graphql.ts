import { OPERATIONS } from "../../platform/graphql-operations.ts";
import type { Assertion } from "../assertion.ts";
import type { Bench } from "../bench.ts";
import { pipe } from "./pipes.ts";
import { HERE, publishStored, setPipe } from "./stored.ts";
import { aNaiveDate, aText, aWholeNumber, Difference, holds, present, same } from "../same.ts";

const NOBODY = "00000000-0000-4000-8000-000000000000";

const refusal = (message: string | RegExp, field: string) => ({
  status: 200,
  body: { data: null, errors: [{ message, path: [field] }] },
});

const countBy = async (bench: Bench, filters: object): Promise<unknown> => {
  const query = "query ($f: UnitFilterInput!) { getUnits(filters: $f) { count } }";
  const searchString = `${bench.parts.prefix}u`;
  const answer = await bench.graphql(query, { f: { searchString, ...filters } });
  same("getUnits", answer, { status: 200, body: { data: { getUnits: { count: aWholeNumber } } } });
  return (answer.body as { data: { getUnits: { count: number } } }).data.getUnits.count;
};

interface Field {
  readonly name: string;
  readonly args: readonly { readonly name: string }[];
}

/** GraphQL beside REST. */
export const GRAPHQL: readonly Assertion[] = [
  {
    id: "graphql/operations",
    contract: "GraphQL §2, §3",
    quirk: "every operation that the suite uses is there, with the arguments it gives",
    check: async (bench) => {
      const query = `{ __schema { queryType { fields { name args { name } } }
        mutationType { fields { name args { name } } } } }`;
      const answer = await bench.graphql(query);
      same("introspection", answer, { status: 200, body: { data: { __schema: present } } });
      const { queryType, mutationType } = (
        answer.body as {
          data: { __schema: Record<"queryType" | "mutationType", { fields: readonly Field[] }> };
        }
      ).data.__schema;
      const known = [...queryType.fields, ...mutationType.fields];
      for (const { name, takes } of Object.values(OPERATIONS)) {
        const field = known.find((each) => each.name === name);
        if (field === undefined) throw new Difference(`there is no ${name}`);
        for (const argument of Object.keys(takes)) {
          holds(
            field.args.some((each) => each.name === argument),
            `${name} takes no ${argument}`,
          );
        }
      }
    },
  },
  {
    id: "graphql/reading",
    contract: "GraphQL §4, §5",
    quirk: "every list the suite reads takes its filters and gives its fields",
    check: async (bench) => {
      const { client, user, prefix } = bench.parts;
      const graphql = client.graphql(user.token);
      const { uuid, outputNodeUuid, inputNodeUuid } = bench.unit(0);
      const page = { limit: 6, offset: 0, searchString: prefix };
      const found = {
        counts: (await graphql.counts()).unitCount >= 0,
        users: (await graphql.users({ limit: 1 })).users.length,
        registries: (await graphql.registries({ limit: 1 })).repositoriesRegistry.length,
        repos: (await graphql.repos({ ...page, creatorUuid: user.userUuid })).count > 0,
        units: (await graphql.units({ ...page, orderByCreateDate: "asc" })).units.length,
        nodes: (await graphql.unitsWithNodes({ uuids: [uuid] })).units[0]?.unitNodes.length,
        inputs: (await graphql.unitNodes({ outputUuid: outputNodeUuid })).unitNodes[0]?.unitUuid,
        producers: (await graphql.units({ unitNodeInputUuid: inputNodeUuid })).units[0]?.uuid,
        logs: (await graphql.unitLogs({ uuid, limit: 6 })).count >= 0,
      };
      same("what it finds", found, {
        counts: true,
        users: 1,
        registries: 1,
        repos: true,
        units: 6,
        nodes: 2,
        logs: true,
        inputs: bench.unit(1).uuid,
        producers: bench.unit(1).uuid,
      });
    },
  },
  {
    id: "graphql/pipe-data",
    contract: "GraphQL §2",
    quirk: "what a node stored is read by policy, as a union of their types",
    needs: ["dataPipe"],
    check: async (bench) => {
      const node = bench.unit(4).outputNodeUuid;
      await setPipe(bench, node, pipe("policy_type: NRecords, n_records_count: 50"));
      await publishStored(bench, node, "NRecords", []);
      const { client, user } = bench.parts;
      const graphql = client.graphql(user.token);
      const records = await graphql.pipeData({ uuid: node, type: "N_RECORDS", limit: 6 });
      same("pipeData", records.pipeData[0], { unitNodeUuid: node, state: HERE, maxCount: 50 });
      await graphql.deletePipeData(node);
    },
  },
  {
    id: "graphql/names",
    contract: "GraphQL §1",
    quirk: "fields are in camel case, enums by their Python names, nodes empty on a single Unit",
    check: async (bench) => {
      const query = `query ($uuid: UUID!) { getUnit(uuid: $uuid) {
        name visibilityLevel isAutoUpdateFromRepoUnit createDatetime unitNodes { uuid } } }`;
      const { uuid, name } = bench.unit(0);
      const unit = { name, visibilityLevel: "INTERNAL", isAutoUpdateFromRepoUnit: true };
      same("getUnit", await bench.graphql(query, { uuid }), {
        body: { data: { getUnit: { ...unit, createDatetime: aNaiveDate, unitNodes: [] } } },
      });
    },
  },
  {
    id: "graphql/nodes-when-selected",
    contract: "GraphQL §2",
    quirk: "a list of Units has its nodes once they are selected",
    check: async (bench) => {
      const query = `query ($f: UnitFilterInput!) { getUnits(filters: $f) {
        units { unitNodes { uuid type topicName } } } }`;
      const { uuid, outputNodeUuid } = bench.unit(0);
      const node = { uuid: outputNodeUuid, type: "OUTPUT", topicName: aText };
      const answer = await bench.graphql(query, { f: { uuids: [uuid], unitNodeType: ["OUTPUT"] } });
      same("getUnits", answer, {
        body: { data: { getUnits: { units: [{ unitNodes: present }] } } },
      });
      const [unit] = (
        answer.body as { data: { getUnits: { units: { unitNodes: (typeof node)[] }[] } } }
      ).data.getUnits.units;
      const found = unit?.unitNodes.find((each) => each.uuid === outputNodeUuid);
      same("its Output", found, node);
    },
  },
  {
    id: "graphql/errors",
    contract: "GraphQL §1",
    quirk: "a refusal has status 200, no data and REST's text",
    check: async (bench) => {
      const missing = await bench.graphql(`{ getUnit(uuid: "${NOBODY}") { uuid } }`);
      const text = "422: 2: Validation Error: The object does not exist";
      same("a missing object", missing, refusal(text, "getUnit"));
      const refused = await bench.graphql("{ getUsers(filters: {}) { count } }", {}, "no-token");
      same("a bad token", refused, refusal("403: 1: No Access: Token is invalid", "getUsers"));
    },
  },
  {
    id: "graphql/syntax",
    contract: "GraphQL §1",
    quirk: "what is no query is an error with status 200, what is no JSON is 400",
    check: async (bench) => {
      same("no query", await bench.graphql("{ getUnit"), {
        status: 200,
        body: { errors: [{ message: /Syntax Error/ }] },
      });
      same("no such field", await bench.graphql("{ getNothing }"), {
        status: 200,
        body: {
          errors: [{ message: /^Cannot query field ['"]getNothing['"] on type ['"]Query['"]/ }],
        },
      });
      same("no JSON", await bench.send("POST", "/pepeunit/graphql", { body: "{" }), {
        status: 400,
      });
    },
  },
  {
    id: "graphql/limits",
    contract: "GraphQL §1",
    quirk: "a page above 500 is an error",
    check: async (bench) => {
      const query = "{ getUnits(filters: {limit: 501}) { count } }";
      same("501", await bench.graphql(query), refusal("limit must be <= 500", "getUnits"));
    },
  },
  {
    id: "graphql/null-list",
    contract: "GraphQL §1",
    quirk: "a list filter given as null lets nothing through",
    check: async (bench) => {
      holds(Number(await countBy(bench, {})) >= 6, "the fleet is not found");
      same("uuids: null", await countBy(bench, { uuids: null }), 0);
    },
  },
  {
    id: "graphql/anonymous",
    contract: "GraphQL §6",
    quirk: "an empty token is nobody's, and the main page's queries are answered",
    check: async (bench) => {
      const query = `{ getRepos(filters: {limit: 1}) { count } getUnits(filters: {limit: 1}) { count }
        getBaseMetrics { userCount unitCount unitNodeEdgeCount } }`;
      same("the main page", await bench.graphql(query, {}, ""), {
        status: 200,
        body: { data: { getBaseMetrics: { unitCount: aWholeNumber } }, errors: undefined },
      });
    },
  },
  {
    id: "graphql/upload",
    contract: "GraphQL §1",
    quirk: "a file comes as a multipart request",
    needs: ["dataPipe"],
    check: async (bench) => {
      const query = "query ($file: Upload!) { checkDataPipeConfig(file: $file) { stage message } }";
      const form = new FormData();
      form.append("operations", JSON.stringify({ query, variables: { file: null } }));
      form.append("map", JSON.stringify({ 0: ["variables.file"] }));
      form.append("0", new Blob(["active_period: {type: Never}"]), "pipe.yml");
      const answer = await bench.send("POST", "/pepeunit/graphql", { body: form });
      same("checkDataPipeConfig", answer, {
        status: 200,
        body: {
          data: { checkDataPipeConfig: (seen: unknown) => Array.isArray(seen) && seen.length > 0 },
        },
      });
    },
  },
  {
    id: "graphql/last-value",
    contract: "GraphQL §5",
    quirk: "a node without a value has no LastValue",
    needs: ["dataPipe"],
    check: async (bench) => {
      const query = `query ($uuid: UUID!) { getPipeData(filters: {uuid: $uuid, type: LAST_VALUE}) {
        pipeData { ... on LastValueType { state } } } }`;
      const answer = await bench.graphql(query, { uuid: bench.unit(0).inputNodeUuid });
      same("getPipeData", answer, {
        status: 200,
        body: { data: null, errors: [{ message: aText }] },
      });
    },
  },
];
