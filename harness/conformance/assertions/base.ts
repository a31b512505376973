import type { Assertion } from "../assertion.ts";
import type { Bench } from "../bench.ts";
import { pause } from "../../load/clock.ts";
import { aNaiveDate, aUuid, same } from "../same.ts";

type UnitIndex = Parameters<Bench["unit"]>[0];

const INTERVAL_MS = 60_000;
/** Past the interval by what a backend's clock and ours may differ in a minute. */
const MARGIN_MS = 1500;

interface UnitSeen {
  readonly unit_state: { readonly millis: number } | null;
  readonly last_update_datetime: string;
  readonly firmware_update_status: string | null;
}

const unitOf = async (bench: Bench, index: UnitIndex): Promise<UnitSeen> =>
  (await bench.call("GET", `/units/${bench.unit(index).uuid}`)).body as UnitSeen;

interface LogPage {
  readonly count: number;
  readonly unit_logs: readonly { readonly text: string }[];
}

const logsOf = async (bench: Bench, index: UnitIndex, more = ""): Promise<LogPage> => {
  const { uuid } = bench.unit(index);
  const path = `/units/log_list/?uuid=${uuid}&order_by_create_date=asc${more}`;
  return (await bench.call("GET", path)).body as LogPage;
};

/** Sends telemetry as that Unit, and gives the connection. */
async function tell(bench: Bench, index: UnitIndex, kind: "state" | "log", what: unknown) {
  const { token, stateTopic, logTopic } = bench.unit(index);
  const client = await bench.connect(token);
  await client.publish(kind === "state" ? stateTopic : logTopic, JSON.stringify(what));
  return client;
}

const hasLog = (text: string) => (page: LogPage) => page.unit_logs.some((log) => log.text === text);
const stateIs = (millis: number) => (unit: UnitSeen) => unit.unit_state?.millis === millis;

const entry = (text: string) => ({ level: "Debug", text });

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

/** What the backend makes of telemetry, and the commands it sends. */
export const BASE: readonly Assertion[] = [
  {
    id: "base/state",
    contract: "MQTT §5",
    quirk: "a state is the Unit's: unknown keys are dropped, missing ones null",
    check: async (bench) => {
      const before = await unitOf(bench, 0);
      await tell(bench, 0, "state", { millis: 1, mem_free: 2, pu_commit_version: "x", odd: 1 });
      await bench.until("the state", () => unitOf(bench, 0), stateIs(1));
      const after = await unitOf(bench, 0);
      same("unit_state", after, {
        unit_state: {
          millis: 1,
          mem_free: 2,
          mem_alloc: null,
          pu_commit_version: "x",
          odd: undefined,
        },
      });
      same("moved", after.last_update_datetime > before.last_update_datetime, true);
    },
  },
  {
    id: "base/state-interval",
    contract: "MQTT §5",
    quirk: "a second state within 60 s of an accepted one is dropped in silence",
    check: async (bench) => {
      const client = await tell(bench, 1, "state", { millis: 1 });
      await client.publish(bench.unit(1).stateTopic, JSON.stringify({ millis: 2 }));
      const log = { level: "Info", text: "after both states" };
      await client.publish(bench.unit(1).logTopic, JSON.stringify(log));
      await bench.until("the log behind them", () => logsOf(bench, 1), hasLog(log.text));
      same("unit_state", await unitOf(bench, 1), { unit_state: { millis: 1 } });
    },
  },
  {
    id: "base/state-after-interval",
    contract: "MQTT §5",
    quirk: "60 s after an accepted state the next one is accepted",
    needs: ["slow"],
    check: async (bench) => {
      const client = await tell(bench, 2, "state", { millis: 1 });
      await bench.until("the first state", () => unitOf(bench, 2), stateIs(1));
      await pause(bench.parts.clock, INTERVAL_MS + MARGIN_MS, bench.parts.signal);
      await client.publish(bench.unit(2).stateTopic, JSON.stringify({ millis: 2 }));
      await bench.until("the second state", () => unitOf(bench, 2), stateIs(2));
    },
  },
  {
    id: "base/log",
    contract: "MQTT §5",
    quirk: "a log is kept a day, its level in any case of the first letter",
    check: async (bench) => {
      const create_datetime = new Date(bench.parts.clock.wall()).toISOString().slice(0, 19);
      await tell(bench, 3, "log", { level: "info", text: "one entry", create_datetime });
      await bench.until("the log", () => logsOf(bench, 3), hasLog("one entry"));
      same("unit_logs", await logsOf(bench, 3, "&level=Info"), {
        unit_logs: [
          {
            uuid: aUuid,
            level: "Info",
            unit_uuid: bench.unit(3).uuid,
            text: "one entry",
            create_datetime: (seen: unknown) => String(seen).startsWith(create_datetime),
            expiration_datetime: aNaiveDate,
          },
        ],
      });
    },
  },
  {
    id: "base/log-list",
    contract: "MQTT §5",
    quirk: "entries without a time are a second apart; one bad entry drops the message",
    check: async (bench) => {
      const client = await tell(bench, 4, "log", [entry("first"), { level: "Loud", text: "bad" }]);
      const good = JSON.stringify([entry("second"), entry("third")]);
      await client.publish(bench.unit(4).logTopic, good);
      await bench.until("the good message", () => logsOf(bench, 4), hasLog("third"));
      const { unit_logs: logs } = await logsOf(bench, 4);
      same(
        "texts",
        logs.map(({ text }) => text),
        ["second", "third"],
      );
      const [one = 0, two = 0] = logs.map((log) =>
        Date.parse(`${String(Reflect.get(log, "create_datetime"))}Z`),
      );
      same("milliseconds between", two - one, 1000);
    },
  },
  {
    id: "base/log-moves-unit",
    contract: "MQTT §5",
    quirk: "a log moves the Unit's last update",
    check: async (bench) => {
      const before = (await unitOf(bench, 5)).last_update_datetime;
      await tell(bench, 5, "log", { level: "Info", text: "a move" });
      await bench.until(
        "the last update",
        () => unitOf(bench, 5),
        (unit: UnitSeen) => unit.last_update_datetime > before,
      );
    },
  },
  {
    id: "base/log-sync",
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
    id: "base/commands",
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
    id: "base/schema-update",
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
    id: "base/firmware",
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
