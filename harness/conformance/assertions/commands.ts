import type { Assertion } from "../assertion.ts";
import type { Bench } from "../bench.ts";
import { same } from "../same.ts";
import { hasLog, type LogPage, logsOf, type UnitIndex, unitOf, type UnitSeen } from "./base.ts";

const command = (bench: Bench, index: UnitIndex, name: string) =>
  bench.call(
    "POST",
    `/units/send_command_to_input_base_topic/${bench.unit(index).uuid}?command=${name}`,
  );

/** Listens to a Unit's commands. */
async function commandsOf(bench: Bench, index: UnitIndex) {
  const { token, commandTopics } = bench.unit(index);
  const client = await bench.connect(token);
  for (const topic of commandTopics) same(`SUBACK of ${topic}`, await client.subscribe(topic), 0);
  return client;
}

/** What the backend tells the Units. */
export const COMMANDS: readonly Assertion[] = [
  {
    id: "commands/log-sync",
    contract: "MQTT §5",
    quirk: "LogSync empties the log, then tells the device",
    check: async (bench) => {
      const client = await commandsOf(bench, 5);
      await client.publish(bench.unit(5).logTopic, JSON.stringify({ level: "Info", text: "old" }));
      await bench.until("the log", () => logsOf(bench, 5), hasLog("old"));
      same("the command", await command(bench, 5, "LogSync"), { status: 204 });
      const { text } = await client.hears("LogSync", ({ topic }) => topic.includes("/log_sync/"));
      same("what it says", JSON.parse(text), { COMMAND: "LogSync" });
      await bench.until(
        "an empty log",
        () => logsOf(bench, 5),
        (page: LogPage) => !hasLog("old")(page),
      );
    },
  },
  {
    id: "commands/json",
    contract: "MQTT §5",
    quirk: "commands are JSON on the Unit's input base topics",
    check: async (bench) => {
      const { token, uuid } = bench.unit(4);
      const client = await commandsOf(bench, 4);
      for (const [name, topic] of [
        ["EnvUpdate", "env_update"],
        ["SchemaUpdate", "schema_update"],
        ["Update", "update"],
      ] as const) {
        same(name, await command(bench, 4, name), { status: 204 });
        const base = `/input_base_topic/${uuid}/${topic}/pepeunit`;
        const heard = await client.hears(name, (message) => message.topic.endsWith(base));
        same(name, JSON.parse(heard.text), { COMMAND: name });
      }
      const path = `/units/send_command_to_input_base_topic/${uuid}?command=EnvUpdate`;
      same("by the Unit itself", await bench.call("POST", path, { token }), { status: 204 });
    },
  },
  {
    id: "commands/schema-update",
    contract: "MQTT §5",
    quirk: "making an edge tells the consumer to read its schema again",
    check: async (bench) => {
      const client = await commandsOf(bench, 5);
      const [from, to] = [bench.unit(3).outputNodeUuid, bench.unit(5).inputNodeUuid];
      const body = { node_output_uuid: from, node_input_uuid: to };
      const path = "/unit_nodes/create_unit_node_edge";
      same("an edge", await bench.call("POST", path, { body }), { status: 201 });
      const { text } = await client.hears("SchemaUpdate", ({ topic }) =>
        topic.includes("/schema_update/"),
      );
      same("what it says", text, '{"COMMAND":"SchemaUpdate"}');
    },
  },
  {
    id: "commands/firmware",
    contract: "MQTT §5",
    quirk: "a change of a Unit asks for an update, and a state of that version ends it",
    check: async (bench) => {
      const { uuid, name } = bench.unit(3);
      const client = await commandsOf(bench, 3);
      const answer = await bench.call("PATCH", `/units/${uuid}`, { body: { name } });
      same("PATCH", answer, { status: 200, body: { firmware_update_status: "RequestSent" } });
      const { text } = await client.hears("Update", ({ topic }) => topic.includes("/update/"));
      const { PU_COMMIT_VERSION: commit } = JSON.parse(text) as { PU_COMMIT_VERSION: string };
      const target = await bench.call("GET", `/units/get_target_version/${uuid}`);
      same("the version", target, { status: 200, body: { commit } });
      const state = JSON.stringify({ millis: 3, pu_commit_version: commit });
      await client.publish(bench.unit(3).stateTopic, state);
      await bench.until(
        "the end of the update",
        () => unitOf(bench, 3),
        (unit: UnitSeen) => unit.firmware_update_status === "Success",
      );
    },
  },
];
