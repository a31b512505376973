import type { Assertion } from "../assertion.ts";
import { aText, aWholeNumber, present, same } from "../same.ts";
import { detail } from "./rest.ts";

const STORAGE_CHARS = 1_000_000;

/** What a device asks for itself. */
export const DEVICE: readonly Assertion[] = [
  {
    id: "device/env",
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
    id: "device/env-foreign",
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
    id: "device/env-keys",
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
    id: "device/env-refusals",
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
    id: "device/schema",
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
    id: "device/state-storage",
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
    id: "device/env-unknown-key",
    contract: "REST §6.1",
    quirk: "a key that neither the instance nor the repository knows is dropped",
    check: async (bench) => {
      const path = `/units/env/${bench.unit(4).uuid}`;
      const env = (await bench.call("GET", path)).body as Record<string, unknown>;
      const env_json_string = JSON.stringify({ ...env, PU_MAX_LOG_LENGTH: 32, LS_ODD: 1 });
      same("PATCH", await bench.call("PATCH", path, { body: { env_json_string } }), {
        status: 204,
      });
      try {
        same("read again", await bench.call("GET", path), {
          body: { PU_MAX_LOG_LENGTH: 32, LS_ODD: undefined },
        });
      } finally {
        same("DELETE", await bench.call("DELETE", path), { status: 204 });
      }
      same("as generated", await bench.call("GET", path), { body: { PU_MAX_LOG_LENGTH: 64 } });
    },
  },
  {
    id: "device/storage-length",
    contract: "REST §1.4",
    quirk: "a text of more than a million characters is code 12",
    check: async (bench) => {
      const path = `/units/set_state_storage/${bench.unit(1).uuid}`;
      const body = { state: "x".repeat(STORAGE_CHARS + 1) };
      same(
        "a character too many",
        await bench.call("POST", path, { body }),
        detail(422, /^422: 12: /),
      );
    },
  },
  {
    id: "device/target-version",
    contract: "REST §6",
    quirk: "a Unit may ask which version it is to run",
    check: async (bench) => {
      const { uuid, token } = bench.unit(0);
      const path = `/units/get_target_version/${uuid}`;
      same(`GET ${path}`, await bench.call("GET", path, { token }), {
        status: 200,
        body: { commit: /^[0-9a-f]{40}$/, tag: present },
      });
    },
  },
];
