import type { Assertion } from "../assertion.ts";
import type { Bench } from "../bench.ts";
import { aBoolean, aDateOrNull, aNaiveDate, aText, aUuid, present, same } from "../same.ts";
import { detail } from "./rest.ts";

const UNIT = {
  uuid: aUuid,
  visibility_level: "Internal",
  name: aText,
  create_datetime: aNaiveDate,
  is_auto_update_from_repo_unit: true,
  target_firmware_platform: null,
  repo_branch: present,
  repo_commit: present,
  unit_state: present,
  current_commit_version: present,
  last_update_datetime: aNaiveDate,
  creator_uuid: aUuid,
  repo_uuid: aUuid,
  firmware_update_status: present,
  firmware_update_error: present,
  last_firmware_update_datetime: aDateOrNull,
  unit_nodes: present,
};

const NODE = {
  uuid: aUuid,
  type: "Output",
  visibility_level: "Internal",
  is_rewritable_input: aBoolean,
  max_connections: 10,
  topic_name: aText,
  last_update_datetime: aNaiveDate,
  is_data_pipe_active: aBoolean,
  data_pipe_yml: present,
  data_pipe_status: present,
  data_pipe_error: present,
  create_datetime: aNaiveDate,
  state: present,
  unit_uuid: aUuid,
  creator_uuid: aUuid,
};

const rename = (bench: Bench, name: string) =>
  bench.call("PATCH", `/units/${bench.unit(5).uuid}`, { body: { name } });

/** Units, their nodes, and what names they may have. */
export const UNITS: readonly Assertion[] = [
  {
    id: "units/fields",
    contract: "REST §6",
    quirk: "a Unit has the fields the suite reads, without its nodes",
    check: async (bench) => {
      const { uuid } = bench.unit(0);
      same("GET /units/{uuid}", await bench.call("GET", `/units/${uuid}`), {
        status: 200,
        body: UNIT,
      });
    },
  },
  {
    id: "units/node-fields",
    contract: "REST §7",
    quirk: "a node has the fields the suite reads, and room for 10 edges",
    check: async (bench) => {
      const path = `/unit_nodes/${bench.unit(4).outputNodeUuid}`;
      same(`GET ${path}`, await bench.call("GET", path), { status: 200, body: NODE });
    },
  },
  {
    id: "units/name-length",
    contract: "REST §1.4",
    quirk: "a name has 4 to 20 characters",
    check: async (bench) => {
      const { name } = bench.unit(5);
      const refused = detail(422, "422: 7: Unit Validation Error: Name is not correct");
      same("21 characters", await rename(bench, `${name}-`.padEnd(21, "x")), refused);
      same("3 characters", await rename(bench, "ls-"), refused);
      same("a space", await rename(bench, `${name} x`), refused);
      const longest = `${name}-`.padEnd(20, "x");
      try {
        same("20 characters", await rename(bench, longest), {
          status: 200,
          body: { name: longest },
        });
      } finally {
        await rename(bench, name);
      }
    },
  },
  {
    id: "units/name-unique",
    contract: "REST §1.4",
    quirk: "a name is one Unit's alone on the instance",
    check: async (bench) =>
      same(
        "another Unit's name",
        await rename(bench, bench.unit(0).name),
        detail(422, "422: 7: Unit Validation Error: Name is not unique"),
      ),
  },
];
