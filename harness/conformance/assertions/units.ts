import type { Assertion } from "../assertion.ts";
import type { Bench } from "../bench.ts";
import {
  aBoolean,
  aDateOrNull,
  aNaiveDate,
  aText,
  aUuid,
  aWholeNumber,
  present,
  same,
} from "../same.ts";
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

/** Units, what a device reads of its own, and what names they may have. */
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
  {
    id: "units/env",
    contract: "REST §6.1",
    quirk: "the env tells a device its token, broker and intervals",
    check: async (bench) => {
      const { uuid, token } = bench.unit(1);
      same("GET /units/env/{uuid}", await bench.call("GET", `/units/env/${uuid}`, { token }), {
        status: 200,
        body: {
          PU_DOMAIN: aText,
          PU_HTTP_TYPE: /^https?$/,
          PU_APP_PREFIX: "/pepeunit",
          PU_API_ACTUAL_PREFIX: "/api/v1",
          PU_MQTT_HOST: aText,
          PU_MQTT_PORT: aWholeNumber,
          PU_AUTH_TOKEN: (seen: unknown) => seen === token,
          PU_MQTT_PING_INTERVAL: 20,
          PU_MQTT_KEEPALIVE: 60,
          PU_STATE_SEND_INTERVAL: 60,
          PU_MIN_LOG_LEVEL: "Debug",
          PU_MAX_LOG_LENGTH: 64,
          PU_COMMIT_VERSION: /^[0-9a-f]{40}$/,
          PU_SECRET_KEY: aText,
          PU_ENCRYPT_KEY: aText,
        },
      });
    },
  },
  {
    id: "units/env-foreign",
    contract: "REST §6",
    quirk: "only its creator and the Unit itself may read an env",
    check: async (bench) => {
      const { token } = bench.unit(0);
      const path = `/units/env/${bench.unit(1).uuid}`;
      same("another Unit", await bench.call("GET", path, { token }), { status: 403 });
      same("nobody", await bench.call("GET", path, { token: null }), { status: 403 });
    },
  },
  {
    id: "units/env-keys",
    contract: "REST §6.1",
    quirk: "the two keys are new on every read until an env was stored once",
    check: async (bench) => {
      const path = `/units/env/${bench.unit(5).uuid}`;
      const read = async () => (await bench.call("GET", path)).body as Record<string, unknown>;
      const [one, two] = [await read(), await read()];
      same("new keys", one["PU_SECRET_KEY"] === two["PU_SECRET_KEY"], false);
      const body = { env_json_string: JSON.stringify(two) };
      same("PATCH", await bench.call("PATCH", path, { body }), { status: 204 });
      try {
        const [three, four] = [await read(), await read()];
        same("kept keys", three["PU_SECRET_KEY"] === four["PU_SECRET_KEY"], true);
      } finally {
        await bench.call("DELETE", path);
      }
    },
  },
  {
    id: "units/env-refusals",
    contract: "REST §6",
    quirk: "an env that is no JSON is code 9, one that lacks keys code 5",
    check: async (bench) => {
      const path = `/units/env/${bench.unit(5).uuid}`;
      const patch = (env_json_string: string) =>
        bench.call("PATCH", path, { body: { env_json_string } });
      same("no JSON", await patch("{"), detail(422, /^422: 9: /));
      same("keys missing", await patch("{}"), detail(422, /^422: 5: /));
    },
  },
  {
    id: "units/schema",
    contract: "MQTT §1",
    quirk: "the schema names a device's topics: commands, telemetry, its nodes and those linked",
    check: async (bench) => {
      const [own, partner] = [bench.unit(0), bench.unit(1)];
      const path = `/units/get_current_schema/${own.uuid}`;
      const base = `${bench.parts.broker.domain}/input_base_topic/${own.uuid}`;
      const answer = await bench.call("GET", path, { token: own.token });
      same(`GET ${path}`, answer, {
        status: 200,
        body: {
          input_base_topic: {
            "update/pepeunit": [`${base}/update/pepeunit`],
            "env_update/pepeunit": [`${base}/env_update/pepeunit`],
            "schema_update/pepeunit": [`${base}/schema_update/pepeunit`],
            "log_sync/pepeunit": [`${base}/log_sync/pepeunit`],
          },
          output_base_topic: {
            "state/pepeunit": [own.stateTopic],
            "log/pepeunit": [own.logTopic],
          },
        },
      });
      const { input_topic } = answer.body as { input_topic: Record<string, string[]> };
      const topics = Object.values(input_topic).find((each) =>
        each.includes(bench.topic(own.inputNodeUuid)),
      );
      same("an Input's topics", topics, [
        bench.topic(own.inputNodeUuid),
        bench.topic(partner.outputNodeUuid),
      ]);
    },
  },
  {
    id: "units/state-storage",
    contract: "REST §6",
    quirk: "a Unit keeps a text on the instance",
    check: async (bench) => {
      const { uuid, token } = bench.unit(1);
      const write = (state: string) =>
        bench.call("POST", `/units/set_state_storage/${uuid}`, { body: { state }, token });
      same("set", await write("a text"), { status: 204 });
      same("get", await bench.call("GET", `/units/get_state_storage/${uuid}`), { body: "a text" });
      same("cleared", await write(""), { status: 204 });
    },
  },
  {
    id: "units/new-repo",
    contract: "REST §5",
    quirk: "a new repo updates itself from tags only, whatever was asked",
    check: async (bench) => {
      const { manifest, prefix, user } = bench.parts;
      const name = `${prefix}tag`;
      const { repos } = await user.repos.list({ search_string: prefix });
      const [fleet] = repos;
      if (fleet === undefined) throw new Error("the fleet has no repo");
      await manifest.intend("repo", name);
      const answer = await bench.call("POST", "/repos", {
        body: {
          repository_registry_uuid: fleet.repository_registry_uuid,
          default_branch: fleet.default_branch,
          visibility_level: "Internal",
          name,
          is_compilable_repo: false,
        },
      });
      same("POST /repos", answer, {
        status: 201,
        body: { uuid: aUuid, is_auto_update_repo: true, is_only_tag_update: true },
      });
      await manifest.made("repo", name, (answer.body as { uuid: string }).uuid);
    },
  },
  {
    id: "units/tag-rule",
    contract: "REST §5",
    quirk: "no Unit can be created from a repo without a tag until it asks for none",
    needs: ["untagged"],
    check: async (bench) => {
      const { manifest, prefix, user, untagged = "" } = bench.parts;
      await manifest.intend("registry", untagged);
      const registry = await user.registries.create({
        platform: "Gitlab",
        repository_url: untagged,
        is_public_repository: true,
      });
      await manifest.made("registry", untagged, registry.uuid);
      const name = `${prefix}bare`;
      await manifest.intend("repo", name);
      const { uuid } = await user.repos.create({
        repository_registry_uuid: registry.uuid,
        default_branch: registry.branches[0] ?? "main",
        visibility_level: "Internal",
        name,
        is_compilable_repo: false,
      });
      await manifest.made("repo", name, uuid);
      const unit = {
        repo_uuid: uuid,
        visibility_level: "Internal",
        name: `${prefix}bare1`,
        is_auto_update_from_repo_unit: true,
      };
      await manifest.intend("unit", unit.name);
      same(
        "without a tag",
        await bench.call("POST", "/units", { body: unit }),
        detail(422, /tags/),
      );
      await user.repos.patch(uuid, { is_only_tag_update: false });
      const made = await bench.call("POST", "/units", { body: unit });
      same("once it asks for none", made, { status: 201, body: { uuid: aUuid, unit_nodes: [] } });
      await manifest.made("unit", unit.name, (made.body as { uuid: string }).uuid);
    },
  },
];
