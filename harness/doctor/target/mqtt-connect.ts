import { classOfConnectFailure, describeConnectFailure } from "../../axes/connect-failure.ts";
import { MqttConnectError } from "../../transport/mqtt/errors.ts";
import { bad, type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

/** One connect alone fills no queue. */
const NOT_THERE = "nothing listens there: check that the broker runs, and its port";

/** Connects as a Unit does. */
export const mqttConnect: Check = {
  id: "connect",
  title: "MQTT 3.1.1",
  about: "broker",
  needs: ["address"],
  run: async (context) => {
    const { clock } = context.world;
    const startedAtMs = clock.now();
    const needed = "CONNECT accepted";
    try {
      await targetOf(context).openSession();
    } catch (error) {
      if (!(error instanceof MqttConnectError)) throw error;
      const errorClass = classOfConnectFailure(error);
      const fix = errorClass === "refused" ? NOT_THERE : describeConnectFailure(errorClass);
      return bad("fail", error.message, needed, fix);
    }
    return ok(`accepted within ${(clock.now() - startedAtMs).toFixed(1)} ms`, needed);
  },
};
