import type { Assertion } from "../assertion.ts";
import type { Bench } from "../bench.ts";
import { pause } from "../../load/clock.ts";
import { aNaiveDate, aUuid, same } from "../same.ts";

export type UnitIndex = Parameters<Bench["unit"]>[0];

const INTERVAL_MS = 60_000;
/** Past the interval by what a backend's clock and ours may differ in a minute. */
const MARGIN_MS = 1500;

export interface UnitSeen {
  readonly unit_state: { readonly millis: number } | null;
  readonly last_update_datetime: string;
  readonly firmware_update_status: string | null;
}

export const unitOf = async (bench: Bench, index: UnitIndex): Promise<UnitSeen> =>
  (await bench.call("GET", `/units/${bench.unit(index).uuid}`)).body as UnitSeen;

export interface LogPage {
  readonly count: number;
  readonly unit_logs: readonly { readonly text: string }[];
}

export const logsOf = async (bench: Bench, index: UnitIndex, more = ""): Promise<LogPage> => {
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

export const hasLog = (text: string) => (page: LogPage) =>
  page.unit_logs.some((log) => log.text === text);
const stateIs = (millis: number) => (unit: UnitSeen) => unit.unit_state?.millis === millis;

const entry = (text: string) => ({ level: "Debug", text });

/** What the backend makes of telemetry. */
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
    id: "base/state-garbage",
    contract: "MQTT §5",
    quirk: "what is no JSON object is passed over and costs no interval",
    check: async (bench) => {
      const { stateTopic } = bench.unit(5);
      const client = await tell(bench, 5, "state", ["no object"]);
      await client.publish(stateTopic, "no JSON");
      await client.publish(stateTopic, JSON.stringify({ millis: 5 }));
      await bench.until("the state behind them", () => unitOf(bench, 5), stateIs(5));
    },
  },
  {
    id: "base/log-in-milliseconds",
    contract: "MQTT §5",
    quirk: "a log's time may be milliseconds, and what is not known of an entry is dropped",
    check: async (bench) => {
      const create_datetime = Math.floor(bench.parts.clock.wall()) - 5000;
      const text = "by MicroPython";
      await tell(bench, 2, "log", { level: "Warning", text, create_datetime, free_mem: 1 });
      await bench.until("the log", () => logsOf(bench, 2), hasLog(text));
      const wanted = new Date(create_datetime).toISOString().slice(0, 19);
      same("unit_logs", await logsOf(bench, 2), {
        unit_logs: [{ create_datetime: (seen: unknown) => String(seen).startsWith(wanted) }],
      });
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
];
